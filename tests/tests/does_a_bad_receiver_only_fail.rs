//! Does a bad receiver only fail? Whatever it does, an attempt ends in time, reads little, and says truly whether another
//! attempt can help.

use flate2::{Compression, write::GzEncoder};
use std::io::Write;
use std::time::{Duration, Instant};
use xiezhi_alerts::deliver::connect::Place;
use xiezhi_alerts::deliver::mail::Encryption;
use xiezhi_alerts::deliver::{self, Channel, Failure, Receipt, Target};
use xiezhi_tests::letters::{LONG, channel, inside, letter, send};
use xiezhi_tests::servers::free_port;
use xiezhi_tests::{Manner, PATIENCE, Receiver};

/// How long an attempt may take that is to fail by it.
const SHORT: Duration = Duration::from_millis(400);

fn webhook(receiver: &Receiver, timeout: Duration) -> Channel {
    channel(
        deliver::Receiver::Webhook {
            target: inside(&receiver.url("/hook/s3cret-part-of-it?key=s3cret-key")),
            keys: Vec::new(),
        },
        timeout,
    )
}

fn robot(receiver: &Receiver, timeout: Duration) -> Channel {
    channel(deliver::Receiver::Wecom { target: inside(&receiver.url("/send?key=s3cret-key")) }, timeout)
}

/// Sends once to a webhook and to a robot that behave so; a test that hangs would never end by itself.
fn sent(manner: Manner, timeout: Duration) -> [Result<Receipt, Failure>; 2] {
    let receiver = Receiver::start(manner);
    let begun = Instant::now();
    let came =
        [send(&webhook(&receiver, timeout), &letter("k")), send(&robot(&receiver, timeout), &letter("k"))];
    assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
    for came in &came {
        let said = match came {
            Ok(receipt) => receipt.said.clone(),
            Err(failure) => format!("{failure} {failure:?}"),
        };
        assert!(!said.contains("s3cret"), "{said}");
    }
    came
}

fn again(came: &Result<Receipt, Failure>) -> (&str, Option<u64>) {
    match came {
        Err(Failure::Again { reason, after }) => (reason, after.map(|wait| wait.as_secs())),
        other => panic!("to be tried again, not {other:?}"),
    }
}

fn never(came: &Result<Receipt, Failure>) -> &str {
    match came {
        Err(Failure::Never { reason }) => reason,
        other => panic!("never to be tried again, not {other:?}"),
    }
}

#[test]
fn one_that_hangs_or_drips_is_left_after_the_timeout() {
    for manner in [Manner::Hangs, Manner::Drips] {
        for came in &sent(manner.clone(), SHORT) {
            assert_eq!(again(came), ("no answer within 400 ms", None), "{manner:?}");
        }
    }
}

#[test]
fn one_that_is_slow_but_in_time_has_it() {
    let slow =
        |status| Manner::Answers(status, Vec::new(), b"{\"errcode\":0,\"errmsg\":\"ok\"}".to_vec(), SHORT);
    let [webhook, robot] = sent(slow(200), LONG);
    assert_eq!(webhook, Ok(Receipt { said: "HTTP 200".to_owned() }));
    assert_eq!(robot, Ok(Receipt { said: "code 0: ok".to_owned() }));
}

#[test]
fn one_that_resets_closes_or_babbles_is_tried_again() {
    for manner in [Manner::Resets, Manner::Closes, Manner::ClosesAfterReading, Manner::Babbles] {
        for came in &sent(manner.clone(), LONG) {
            assert!(again(came).0.starts_with("127.0.0.1: "), "{manner:?}: {came:?}");
        }
    }
}

#[test]
fn nobody_there_is_tried_again() {
    let target = inside(&format!("http://127.0.0.1:{}/", free_port()));
    let came = send(&channel(deliver::Receiver::Webhook { target, keys: Vec::new() }, LONG), &letter("k"));
    assert!(again(&came).0.contains("is not reached: "), "{came:?}");
    let nowhere = inside("http://no-such-host.invalid/");
    let came =
        send(&channel(deliver::Receiver::Webhook { target: nowhere, keys: Vec::new() }, LONG), &letter("k"));
    assert!(again(&came).0.starts_with("the name no-such-host.invalid cannot be resolved"), "{came:?}");
}

#[test]
fn one_that_asks_for_time_gets_it_within_reason() {
    let busy = |status, after: &str| {
        Manner::Answers(status, vec![("Retry-After", after.to_owned())], b"busy".to_vec(), Duration::ZERO)
    };
    for (status, after, wait) in [
        (429, "7", Some(7)),
        (503, "120", Some(120)),
        (503, "999999999999", Some(3_600)),
        // A minute after the attempt.
        (429, "Mon, 09 Feb 2026 07:43:02 GMT", Some(60)),
        (500, "soon", None),
    ] {
        for came in &sent(busy(status, after), LONG) {
            assert_eq!(again(came), (format!("HTTP {status}: busy").as_str(), wait), "{after}");
        }
    }
}

#[test]
fn one_that_fails_is_tried_again_and_one_that_refuses_is_not() {
    for status in [408, 425, 500, 502, 504] {
        for came in &sent(Manner::answers(status, "key s3cret-key"), LONG) {
            assert_eq!(again(came).1, None);
        }
    }
    for status in [400, 401, 403, 404, 410, 413, 422] {
        for came in &sent(Manner::answers(status, "key s3cret-key"), LONG) {
            assert_eq!(never(came), format!("HTTP {status}: key …"));
        }
    }
}

#[test]
fn a_redirect_is_not_followed_wherever_it_leads() {
    let other = Receiver::start(Manner::answers(200, "{\"errcode\":0}"));
    for (status, to) in [
        (301, other.url("/")),
        (302, "http://169.254.169.254/latest".to_owned()),
        (307, other.url("/x")),
        (308, "/here".to_owned()),
    ] {
        let location = Manner::Answers(status, vec![("Location", to)], Vec::new(), Duration::ZERO);
        for came in &sent(location, LONG) {
            assert!(never(came).contains("redirects are not followed"), "{came:?}");
        }
    }
    assert_eq!(other.connections(), 0, "nobody went there");
}

/// What a socket's buffers hold on both sides, and a margin: nothing beside a flood of gigabytes.
const BUFFERS_BYTES_MAX: usize = 32 << 20;

#[test]
fn a_flood_is_cut_off() {
    for (manner, well) in
        [(Manner::Floods(200), true), (Manner::Floods(500), false), (Manner::FloodsHeaders, false)]
    {
        let receiver = Receiver::start(manner.clone());
        let came = send(&webhook(&receiver, LONG), &letter("k"));
        assert_eq!(came.is_ok(), well, "a status of 2xx is enough: {came:?}");
        again(&send(&robot(&receiver, LONG), &letter("k")));
        assert!(receiver.sent() < BUFFERS_BYTES_MAX, "{manner:?}: {} bytes", receiver.sent());
    }
}

#[test]
fn a_packed_reply_is_not_unpacked() {
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    bomb.write_all(&vec![b' '; 64 << 20]).expect("into memory");
    let bomb = bomb.finish().expect("into memory");
    let packed = vec![("Content-Encoding", "gzip".to_owned())];
    let [webhook, robot] = sent(Manner::Answers(200, packed, bomb, Duration::ZERO), LONG);
    assert!(webhook.is_ok());
    assert_eq!(again(&robot).0, "the answer is no robot's: is the address right?");
}

#[test]
fn an_address_inside_is_not_connected_to_whoever_names_it() {
    let receiver = Receiver::start(Manner::answers(200, ""));
    let port = receiver.address().port();
    // A name, and spellings that only the resolver understands.
    let target = Target::parse(&format!("https://localhost:{port}/"), false).expect("a name");
    let mail = |host: &str, encryption: Encryption| {
        let mailbox = |text: &str| text.parse().expect("a mailbox");
        let in_the_open = encryption == Encryption::None;
        let place = Place { host: host.to_owned(), port, allow_private: in_the_open, in_the_open };
        let server =
            deliver::mail::Server { place, encryption: deliver::mail::Encryption::Starttls, login: None };
        let boxes = deliver::mail::Mailboxes { from: mailbox("a@a.example"), to: mailbox("b@a.example") };
        deliver::Receiver::Mail { server, boxes: Box::new(boxes) }
    };
    let redis = |host: &str| {
        let address =
            deliver::redis::Address::parse(&format!("rediss://{host}:{port}"), false).expect("an address");
        let deliver::redis::Address { place, encrypted, database } = address;
        let (stream, keep) = ("s".to_owned(), 1);
        deliver::Receiver::Redis(deliver::redis::Server {
            place,
            encrypted,
            database,
            user: None,
            password: None,
            stream,
            keep,
        })
    };
    let mut receivers = vec![deliver::Receiver::Webhook { target, keys: Vec::new() }];
    for host in ["localhost", "127.0.0.1", "127.1", "0x7f000001", "2130706433", "::ffff:127.0.0.1"] {
        receivers.push(mail(host, Encryption::Starttls));
    }
    for host in ["localhost", "127.0.0.1", "0x7f.1", "[::ffff:127.0.0.1]"] {
        receivers.push(redis(host));
    }
    for receiver in receivers {
        let shown = receiver.shown();
        let came = send(&channel(receiver, LONG), &letter("k"));
        assert!(never(&came).contains("; if it is meant, set allow_private = true"), "{shown}: {came:?}");
    }
    assert_eq!(receiver.connections(), 0);
    let open = send(&channel(mail("1.1.1.1", Encryption::None), LONG), &letter("k"));
    assert!(never(&open).contains("to which nothing is sent without encryption"), "{open:?}");
}

#[test]
fn one_who_cannot_prove_its_name_gets_nothing() {
    let receiver = Receiver::start(Manner::answers(200, ""));
    let target = inside(&format!("https://localhost:{}/", receiver.address().port()));
    let came = send(&channel(deliver::Receiver::Webhook { target, keys: Vec::new() }, LONG), &letter("k"));
    assert!(again(&came).0.starts_with("no encryption with localhost"), "{came:?}");
    assert_eq!(receiver.requests().len(), 0);
}
