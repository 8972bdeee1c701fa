//! A language for stories about alerts: what happens when, and who is to be told what.
//!
//! A story is plain text: a title, what happens, what is wanted.
//!
//! ```text
//! # Nobody acknowledges a red alert: up the ladder, each step once
//! at 03-02 09:00  finding PER-02 [甲 乙]
//!                 want created -> zjj.liaison, jiwei
//! at 03-02 10:00  want reminded -> zjj.liaison
//! at 03-02 11:00  want escalated -> zjj.leader (first) "未在 2026-03-02 11:00 前签收"
//! at 03-02 11:20  acknowledge by wang
//!                 want state acknowledged; due 03-09 17:30
//! ```
//!
//! *Laws.* A story is told whole: whatever anybody is told must be wanted, at that minute, by exactly those
//! receivers, each hearing of it for the first time or not as the story says; else it fails. A line without `at`
//! happens at the instant of the line above. Between two instants time passes minute by minute, unless the daemon
//! stood still (`after outage`); the clock goes back only where the story says so (`clock back`).
//!
//! | what happens | |
//! |---|---|
//! | `finding RULE [parties] …` | it holds from now on; `& RULE …` for more in one commit; options `in SECTION`, `nowhere`, `key KEY`, `severity S` |
//! | `gone RULE [parties] …` | it holds no more; the same options |
//! | `place SECTION …` | what is known of a section from now on: `trade`, `region`, `stage`, `with` (registered), `opening` |
//! | `acknowledge`, `assign to X`, `return`, `transfer to X`, `close OUTCOME`, `reopen`, `note` | with `by NAME`, a `"note"`, `on ALERT`; `close` may say what was `seen RULE,RULE` |
//! | `silence ID until TIME level L …` | `topic`, `department`, `section`, `party`, `rule`, `from TIME` |
//! | `end silence ID` | before its time |
//! | `duty LIST` | another edition of the duty list |
//! | `restart` | everything is written down and read again |
//! | `storm N RULE [parties]` | one such finding in each of N sections |
//! | `burst N` | from now on receivers are told at a bounded pace, and the story wants messages |
//!
//! | what is wanted | |
//! |---|---|
//! | `want KIND -> receivers` | `(first)`, `(again)` after a receiver; `"words"` of the text; `new RULES`, `gone RULES`, `from LEVEL`, `on ALERT` |
//! | `want state S; key value; …` | the alert as it stands: `level`, `owner`, `item`, `due`, `silenced`, `overdue`, `assigned`, `findings`, … |
//! | `want refused "words"` | the deed above has no effect, and why |
//! | `want untold "words"` | what has just happened is told to nobody, and why |
//! | `want nothing` | nobody is told anything |
//! | `want verdict RULE N N N` | substantiated, unfounded, insufficient |
//! | `want sent RECEIVER N alone, digest of M` | messages that went at this minute |
//!
//! The reader knows nothing of the desk: `tests/tests/on_stage` acts the main stories on the real binary.

pub mod play;
pub mod read;
pub mod sending;
pub mod story;
pub mod wants;
mod words;
