//! The stories of `tests/cases/stories.jsonl`, through the Rust library. The host's tests tell them
//! through every boundary.

#![expect(clippy::disallowed_methods, reason = "the table is a file")]

use gatepost::Registrar;

#[path = "support/root.rs"]
mod root;
#[path = "support/step.rs"]
#[expect(dead_code, reason = "the other boundaries use the rest")]
mod step;
#[path = "support/story.rs"]
mod story;

use step::Boundary;

#[test]
fn every_story_ends_as_it_should() {
    for told in story::all() {
        let mut story = story::Story::default();
        for chapter in &told.chapters {
            let mut registrar = Registrar::compile(&chapter.settings).expect(&told.name);
            for line in &chapter.lines {
                let step = story.step(line);
                let answer = registrar.perform(&step);
                if let Err(why) = story.take(line, &answer) {
                    panic!("{}: {line}: {why}", told.name);
                }
            }
        }
    }
}
