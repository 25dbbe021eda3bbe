"""The person at the browser, for scripts in Python."""

import json
import pathlib
import subprocess

USER = pathlib.Path(__file__).with_name("user.mjs")


def agree(knowledge, address):
    """Signs in and allows what is asked. What comes back is where the browser is sent at the end."""
    said = subprocess.run(
        ["node", USER, json.dumps(knowledge), address], check=True, capture_output=True, text=True
    )
    return said.stdout.strip()
