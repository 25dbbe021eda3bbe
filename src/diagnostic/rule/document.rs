//! Rules about the submitted document, the texts in it that people read, and software statements.

use crate::diagnostic::catalogue::rules;

rules! {
    DOCUMENT;

    // The document.
    DOCUMENT_TOO_LARGE: InvalidClientMetadata, "document-too-large", "RFC 8259 §9",
        "The document is too large.";
    DOCUMENT_ENCODING: InvalidClientMetadata, "document-encoding", "RFC 8259 §8.1",
        "The document must be UTF-8 without a byte order mark.";
    DOCUMENT_SYNTAX: InvalidClientMetadata, "document-syntax", "RFC 8259 §2",
        "The document must be JSON.";
    DOCUMENT_NOT_OBJECT: InvalidClientMetadata, "document-not-object", "RFC 7591 §3.1",
        "The document must be one JSON object whose members are the client's metadata.";
    DOCUMENT_TOO_DEEP: InvalidClientMetadata, "document-too-deep", "RFC 8259 §9",
        "The document is nested too deeply.";
    DOCUMENT_TOO_MANY_VALUES: InvalidClientMetadata, "document-too-many-values", "RFC 8259 §9",
        "The document has too many values.";
    DOCUMENT_TOO_MANY_MEMBERS: InvalidClientMetadata, "document-too-many-members", "RFC 8259 §9",
        "The document has too many members.";
    DOCUMENT_STRING_TOO_LONG: InvalidClientMetadata, "document-string-too-long", "RFC 8259 §9",
        "The document has a string that is too long.";
    MEMBER_DUPLICATE: InvalidClientMetadata, "member-duplicate", "RFC 8259 §4",
        "The member stands twice; two readers would disagree on which one counts.";
    MEMBER_TYPE: InvalidClientMetadata, "member-type", "RFC 7591 §2",
        "The member has the wrong type.";
    MEMBER_NOT_OFFERED: InvalidClientMetadata, "member-not-offered", "RFC 7591 §2",
        "This server does not offer what the member is about.";
    MEMBER_EMPTY: InvalidClientMetadata, "member-empty", "RFC 7591 §2",
        "The link is an empty text, so that it was left out.";
    MEMBER_WITHOUT_MEANING: InvalidClientMetadata, "member-without-meaning", "RFC 7591 §3.2.1",
        "The member has no meaning for this client and was left out.";
    MEMBER_TOO_LONG: InvalidClientMetadata, "member-too-long", "RFC 7591 §5",
        "The list has too many entries.";
    VALUE_NOT_OFFERED: InvalidClientMetadata, "value-not-offered", "RFC 7591 §2",
        "The value is not offered.";
    MEMBER_NOT_HONOURED: InvalidClientMetadata, "member-not-honoured", "RFC 7591 §3.2.2",
        "The client asks to be held to a protection that this server does not offer.";

    // Texts and links that people see.
    URI_SCHEME: InvalidClientMetadata, "uri-scheme", "RFC 7591 §5",
        "The URI must use the scheme https.";
    TEXT_EMPTY: InvalidClientMetadata, "text-empty", "RFC 7591 §2",
        "The text is empty; leave the member out instead.";
    TEXT_TOO_LONG: InvalidClientMetadata, "text-too-long", "RFC 7591 §5",
        "The text is too long.";
    TEXT_CONTROL: InvalidClientMetadata, "text-control", "RFC 7591 §5",
        "The text holds a control character, a line separator or an invisible character.";
    TEXT_BIDI: InvalidClientMetadata, "text-bidi", "UTS 55 §3.1",
        "The text holds a character that overrides or isolates the direction of writing.";
    TEXT_UNASSIGNED: InvalidClientMetadata, "text-unassigned", "RFC 8264 §4.3",
        "The text holds a private-use character or one that Unicode has not assigned.";
    TEXT_NORMALISED: InvalidClientMetadata, "text-normalised", "RFC 7591 §3.2.1",
        "The text was registered in Unicode normalisation form C, without white space around it.";
    CLIENT_NAME_PROTECTED: InvalidClientMetadata, "client-name-protected", "RFC 7591 §5",
        "The name is one that this server protects, or looks like one; register a name that cannot be taken for it.";
    CONTACTS_TOO_MANY: InvalidClientMetadata, "contacts-too-many", "RFC 7591 §2",
        "There are more than 10 contacts.";
    CONTACT_SYNTAX: InvalidClientMetadata, "contact-syntax", "RFC 7591 §2",
        "A contact must be an e-mail address or a contact URI such as mailto:user@example.com or https://example.com/help.";

    // Software statements.
    STATEMENT_SYNTAX: InvalidSoftwareStatement, "statement-syntax", "RFC 7591 §2.3",
        "software_statement must be a signed JWT in the compact form, with an issuer.";
    STATEMENT_ALGORITHM: InvalidSoftwareStatement, "statement-algorithm", "RFC 8725 §3.2",
        "software_statement must be signed with an asymmetric algorithm.";
    STATEMENT_SIGNATURE: InvalidSoftwareStatement, "statement-signature", "RFC 7591 §3.1.1",
        "No key of the issuer verifies software_statement.";
    STATEMENT_TIME: InvalidSoftwareStatement, "statement-time", "RFC 7519 §4.1",
        "software_statement is over, or of the future.";
    STATEMENT_AUDIENCE: InvalidSoftwareStatement, "statement-audience", "RFC 7519 §4.1.3",
        "software_statement is for somebody else: its claim aud does not name this server.";
    STATEMENT_CLAIM_TYPE: InvalidSoftwareStatement, "statement-claim-type", "RFC 7591 §2.3",
        "A claim of software_statement has not the type of the member of that name.";
    STATEMENT_MISSING: InvalidClientMetadata, "statement-missing", "RFC 7591 §2.3",
        "This server registers clients with a software_statement of an issuer that it trusts.";
    STATEMENT_NOT_APPROVED: UnapprovedSoftwareStatement, "statement-not-approved", "RFC 7591 §3.2.2",
        "This server does not trust the issuer of the software statement.";
}
