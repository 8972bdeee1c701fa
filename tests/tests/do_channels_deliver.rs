//! Do channels deliver? To real servers of each kind, and to receivers that check signatures by code of their own.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;
use xiezhi_alerts::Level;
use xiezhi_alerts::deliver::connect::Place;
use xiezhi_alerts::deliver::mail::{self, Encryption, Mailboxes};
use xiezhi_alerts::deliver::{Channel, Failure, Letter, Receiver, Secret, alertmanager, redis, webhook};
use xiezhi_tests::letters::{AT, LONG, channel, inside, letter, send, send_at, trusting};
use xiezhi_tests::servers::{self, Server, Smtp};
use xiezhi_tests::{self as support, Manner, Request, eventually};

/// HMAC-SHA256 in Base64, apart from the code under test.
fn signed(key: &[u8], text: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key");
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// The one request that a receiver was sent.
fn only(receiver: &support::Receiver) -> Request {
    let requests = receiver.requests();
    assert_eq!(requests.len(), 1, "{requests:?}");
    requests[0].clone()
}

fn body(request: &Request) -> Value {
    serde_json::from_slice(&request.body).expect("JSON")
}

#[test]
fn a_webhook_verifies_and_knows_a_repeat_by_its_id() {
    let receiver = support::Receiver::start(Manner::answers(204, ""));
    let secrets =
        Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\nwhsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD");
    let keys = webhook::keys(&secrets).expect("secrets");
    let hook = channel(Receiver::Webhook { target: inside(&receiver.url("/hook?a=1")), keys }, LONG);
    assert_eq!(send(&hook, &letter("key-1")).expect("delivered").said, "HTTP 204");
    send_at(&hook, &letter("key-1"), AT + 90_000_000).expect("delivered again");
    let requests = receiver.requests();
    let [first, again] = &requests[..] else { panic!("two requests, not {requests:?}") };
    assert_eq!(first.path, "/hook?a=1");
    for (request, timestamp) in [(first, "1770622922"), (again, "1770623010")] {
        assert_eq!(
            (request.headers["webhook-id"].as_str(), request.headers["webhook-timestamp"].as_str()),
            ("key-1", timestamp)
        );
        let text = format!("key-1.{timestamp}.{}", std::str::from_utf8(&request.body).expect("UTF-8"));
        let expected = ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "C2FVsBQIhrscChlQIMV+b5sSYspob7oD"]
            .map(|secret| format!("v1,{}", signed(&STANDARD.decode(secret).expect("Base64"), &text)));
        assert_eq!(request.headers["webhook-signature"], expected.join(" "));
    }
    assert_eq!(first.body, again.body);
    let said = body(first);
    assert_eq!(
        (&said["type"], &said["data"]["facts"][0]["rule"]),
        (&json!("alert.created"), &json!("DEV-01"))
    );
}

#[test]
fn a_webhook_inside_tls_must_prove_its_name() {
    let server = servers::https();
    let ca = server.path("ca.pem");
    let hook = |host: &str| {
        let target = inside(&format!("https://{host}:{}/hook", server.port));
        Receiver::Webhook { target, keys: Vec::new() }
    };
    assert_eq!(
        send(&trusting(hook("localhost"), LONG, Some(&ca)), &letter("k")).expect("delivered").said,
        "HTTP 204"
    );
    for stranger in [trusting(hook("127.0.0.1"), LONG, Some(&ca)), channel(hook("localhost"), LONG)] {
        let came = send(&stranger, &letter("k"));
        assert!(
            matches!(&came, Err(Failure::Again { reason, .. }) if reason.contains("certificate")),
            "{came:?}"
        );
    }
}

/// What of a query comes after a name, percent-decoded.
fn query(path: &str, name: &str) -> String {
    let (_, query) = path.split_once('?').expect("a query");
    let value =
        query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).expect("in the query");
    value.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=")
}

#[test]
fn a_robot_of_dingtalk_verifies() {
    let receiver = support::Receiver::start(Manner::answers(200, r#"{"errcode":0,"errmsg":"ok"}"#));
    let target = inside(&receiver.url("/robot/send?access_token=t0ken"));
    let robot = channel(Receiver::Dingtalk { target, secret: Some(Secret::new("SEC-s3cret")) }, LONG);
    send(&robot, &letter("k")).expect("delivered");
    let request = only(&receiver);
    let timestamp = query(&request.path, "timestamp");
    assert_eq!(
        (query(&request.path, "access_token").as_str(), timestamp.as_str()),
        ("t0ken", "1770622922000")
    );
    assert_eq!(query(&request.path, "sign"), signed(b"SEC-s3cret", &format!("{timestamp}\nSEC-s3cret")));
    assert_eq!(body(&request)["msgtype"], "actionCard");
}

#[test]
fn a_robot_of_feishu_verifies() {
    let receiver =
        support::Receiver::start(Manner::answers(200, r#"{"StatusCode":0,"StatusMessage":"success"}"#));
    let target = inside(&receiver.url("/open-apis/bot/v2/hook/abc"));
    let robot = channel(Receiver::Feishu { target, secret: Some(Secret::new("s3cret")) }, LONG);
    send(&robot, &letter("k")).expect("delivered");
    let said = body(&only(&receiver));
    assert_eq!(said["timestamp"], "1770622922");
    assert_eq!(said["sign"], signed(b"1770622922\ns3cret", ""));
    assert_eq!(
        (&said["msg_type"], &said["card"]["header"]["template"]),
        (&json!("interactive"), &json!("red"))
    );
}

#[test]
fn what_robots_answer_says_whether_to_try_again() {
    let receiver = support::Receiver::start(Manner::Hangs);
    let target = || inside(&receiver.url("/x?key=k"));
    let wecom = channel(Receiver::Wecom { target: target() }, LONG);
    let dingtalk = channel(Receiver::Dingtalk { target: target(), secret: None }, LONG);
    let feishu = channel(Receiver::Feishu { target: target(), secret: None }, LONG);
    let rows: &[(&Channel, &str, &[i64], &[i64])] = &[
        (&wecom, "errcode", &[-1, 45009, 45033, 123456], &[93000, 40058, 45002, 60020]),
        (&dingtalk, "errcode", &[-1, 130101, 410100, 123456], &[300001, 310000, 400101, 400102, 430102]),
        (&feishu, "code", &[11232, 123456], &[9499, 19001, 19021, 19022, 19024]),
    ];
    for (robot, field, again, never) in rows {
        let came = |code: i64| {
            receiver.behave(Manner::answers(
                200,
                &json!({*field: code, "errmsg": "m", "msg": "m"})
                    .to_string()
                    .replace(if *field == "code" { "\"errmsg\":\"m\"," } else { ",\"msg\":\"m\"" }, ""),
            ));
            send(robot, &letter("k"))
        };
        for code in *again {
            assert!(matches!(came(*code), Err(Failure::Again { .. })), "{field} {code}");
        }
        for code in *never {
            assert!(matches!(came(*code), Err(Failure::Never { .. })), "{field} {code}");
        }
        assert!(came(0).is_ok());
    }
}

fn redis_channel(server: &Server, login: Option<(&str, &str)>) -> Receiver {
    let address =
        redis::Address::parse(&format!("redis://127.0.0.1:{}", server.port), true).expect("an address");
    let redis::Address { place, encrypted, database } = address;
    Receiver::Redis(redis::Server {
        place,
        encrypted,
        database,
        user: login.map(|(user, _)| user.to_owned()),
        password: login.map(|(_, password)| Secret::new(password)),
        stream: redis::STREAM.to_owned(),
        keep: redis::KEEP,
    })
}

/// Two users who may add and publish alerts, and one who may only add; the default user is off but may all, or the
/// append-only file would not be replayed.
const USERS: &str = "user writer on >s3cret-word ~xiezhi:alerts resetchannels &xiezhi:alerts -@all +xadd +publish\n\
                     user adder on >s3cret-word ~xiezhi:alerts resetchannels -@all +xadd\n\
                     user reader on >reading ~* &* +@all\nuser default off ~* &* +@all";

#[test]
fn redis_carries_it_on_the_stream_and_on_the_channel() {
    let server = servers::redis(USERS);
    let port = server.port.to_string();
    let reader = ["-p", &port, "--user", "reader", "--pass", "reading", "--no-auth-warning"];
    let mut command = Command::new("redis-cli");
    command.args(reader).args(["SUBSCRIBE", "xiezhi:alerts"]).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut listener = command.spawn().expect("redis-cli");
    let mut heard =
        BufReader::new(listener.stdout.take().expect("piped")).lines().map(|line| line.expect("UTF-8"));
    assert_eq!(heard.by_ref().take(3).last().as_deref(), Some("1"), "subscribed");

    let came =
        send(&channel(redis_channel(&server, Some(("writer", "s3cret-word"))), LONG), &letter("key-1"));
    let said = came.expect("delivered").said;
    assert!(
        said.starts_with("entry 1")
            || said.starts_with("entry ") && said.ends_with("of xiezhi:alerts; 1 listened"),
        "{said}"
    );

    let message: Vec<String> = heard.by_ref().take(3).collect();
    listener.kill().expect("our own child");
    listener.wait().expect("its end");
    assert_eq!(message[..2], ["message", "xiezhi:alerts"]);
    let published: Value = serde_json::from_str(&message[2]).expect("JSON");
    assert_eq!((&published["key"], &published["level"]), (&json!("key-1"), &json!("red")));

    let login = ["--user", "reader", "--pass", "reading", "--no-auth-warning"];
    let entries = servers::redis_cli(&server, &[&login[..], &["XRANGE", "xiezhi:alerts", "-", "+"]].concat());
    let fields: Vec<&str> = entries.lines().skip(1).collect();
    assert_eq!(fields, ["key", "key-1", "type", "alert.created", "message", &message[2]]);
}

#[test]
fn redis_says_whether_to_try_again() {
    let server = servers::redis(USERS);
    let sent = |login| send(&channel(redis_channel(&server, login), LONG), &letter("k"));
    for (login, why) in [
        (None, "NOAUTH"),
        (Some(("writer", "wrong-word")), "WRONGPASS"),
        (Some(("adder", "s3cret-word")), "NOPERM"),
    ] {
        let came = sent(login);
        let said = format!("{came:?}");
        assert!(matches!(came, Err(Failure::Never { .. })), "{why}: {said}");
        assert!(!said.contains("-word"), "{said}");
    }
    let open = servers::redis("");
    servers::redis_cli(&open, &["SET", "xiezhi:alerts", "something else"]);
    let came = send(&channel(redis_channel(&open, None), LONG), &letter("k"));
    assert!(matches!(&came, Err(Failure::Never { reason, .. }) if reason.contains("WRONGTYPE")), "{came:?}");

    let id = server.id().to_string();
    let signal =
        |name: &str| assert!(Command::new("kill").args([name, &id]).status().expect("kill").success());
    signal("-STOP");
    let stopped =
        channel(redis_channel(&server, Some(("writer", "s3cret-word"))), Duration::from_millis(400));
    let came = send(&stopped, &letter("k"));
    signal("-CONT");
    assert!(
        matches!(&came, Err(Failure::Again { reason, .. }) if reason == "no answer within 400 ms"),
        "{came:?}"
    );
    let gone = redis_channel(&server, None);
    drop(server);
    assert!(matches!(send(&channel(gone, LONG), &letter("k")), Err(Failure::Again { .. })));
}

#[test]
fn redis_is_spoken_to_inside_tls() {
    let server = servers::redis_with_tls();
    let address =
        redis::Address::parse(&format!("rediss://localhost:{}", server.port), true).expect("an address");
    let redis::Address { place, encrypted, database } = address;
    let (user, password, stream, keep) = (None, None, redis::STREAM.to_owned(), 10);
    let receiver =
        Receiver::Redis(redis::Server { place, encrypted, database, user, password, stream, keep });
    send(&trusting(receiver.clone(), LONG, Some(&server.path("ca.pem"))), &letter("k")).expect("delivered");
    let stranger = send(&channel(receiver, LONG), &letter("k"));
    assert!(
        matches!(&stranger, Err(Failure::Again { reason, .. }) if reason.starts_with("no encryption with localhost")),
        "{stranger:?}"
    );
}

fn mail_channel(server: &Server, encryption: Encryption, login: Option<&str>, to: &str) -> Receiver {
    let mailbox = |text: &str| text.parse().expect("a mailbox");
    Receiver::Mail {
        server: mail::Server {
            place: Place {
                host: "localhost".to_owned(),
                port: server.port,
                allow_private: true,
                in_the_open: encryption == Encryption::None,
            },
            encryption,
            login: login.map(|password| ("xiezhi".to_owned(), Secret::new(password))),
        },
        boxes: Box::new(Mailboxes { from: mailbox("獬豸 <xiezhi@jg.example.gov.cn>"), to: mailbox(to) }),
    }
}

fn mail_taken(server: &Server, n: usize) -> Value {
    let path = server.path(&format!("mail-{n}.json"));
    let text = eventually("a mail", || std::fs::read_to_string(&path).ok());
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn a_mail_server_takes_it_and_a_parser_reads_it() {
    let server = servers::smtp(Smtp::Open);
    let open = channel(mail_channel(&server, Encryption::None, None, "lly@zjj.example"), LONG);
    assert_eq!(
        send(&open, &letter("XZ-7K3M-92QD.1.zjj")).expect("delivered").said,
        "250 2.0.0 taken as 4711"
    );
    send_at(&open, &letter("XZ-7K3M-92QD.1.zjj"), AT + 90_000_000).expect("delivered again");
    let (mail, again) = (mail_taken(&server, 1), mail_taken(&server, 2));
    assert_eq!(mail["defects"], json!([]));
    assert_eq!(
        (&mail["mail_from"], &mail["rcpt_to"]),
        (&json!("xiezhi@jg.example.gov.cn"), &json!(["lly@zjj.example"]))
    );
    let headers = &mail["headers"];
    assert_eq!(headers["subject"], letter("k").title);
    assert_eq!(headers["from"], "獬豸 <xiezhi@jg.example.gov.cn>");
    assert_eq!(headers["message-id"], "<XZ-7K3M-92QD=1=zjj@jg.example.gov.cn>");
    assert_eq!(headers["auto-submitted"], "auto-generated");
    assert_eq!(mail["headers"], again["headers"], "a repeat is the same mail");
    assert_eq!(mail["type"], "multipart/alternative");
    let plain = mail["parts"]["text/plain"].as_str().expect("plain text").replace("\r\n", "\n");
    assert_eq!(
        plain,
        format!("{}\n\n查看证据:https://jg.example.gov.cn/alerts/XZ-7K3M-92QD\n", letter("k").text)
    );
    let html = mail["parts"]["text/html"].as_str().expect("HTML");
    assert!(html.contains("1. &lt;b&gt;甲建设&lt;/b&gt;、乙建设") && !html.contains("<b>"), "{html}");
}

#[test]
fn a_mail_server_is_spoken_to_inside_tls_and_told_who_sends() {
    let server = servers::smtp(Smtp::Starttls);
    let ca = server.path("ca.pem");
    let of = |encryption, login| mail_channel(&server, encryption, login, "lly@zjj.example");
    send(&trusting(of(Encryption::Starttls, Some("s3cret-word")), LONG, Some(&ca)), &letter("k"))
        .expect("delivered");
    let mail = mail_taken(&server, 1);
    assert_eq!((&mail["encrypted"], &mail["login"]), (&json!(true), &json!(true)));

    let wrong = send(&trusting(of(Encryption::Starttls, Some("wrong-word")), LONG, Some(&ca)), &letter("k"));
    assert!(matches!(&wrong, Err(Failure::Never { reason }) if reason.contains("535")), "{wrong:?}");
    assert!(!format!("{wrong:?}").contains("wrong-word"));
    let stranger = send(&channel(of(Encryption::Starttls, Some("s3cret-word")), LONG), &letter("k"));
    assert!(matches!(stranger, Err(Failure::Again { .. })), "{stranger:?}");

    let server = servers::smtp(Smtp::Tls);
    let ca = server.path("ca.pem");
    let inside_tls = mail_channel(&server, Encryption::Tls, None, "lly@zjj.example");
    send(&trusting(inside_tls, LONG, Some(&ca)), &letter("k")).expect("delivered");
    assert_eq!(mail_taken(&server, 1)["encrypted"], json!(true));
}

#[test]
fn a_mail_server_says_whether_to_try_again_and_is_never_spoken_to_in_the_open_by_surprise() {
    let server = servers::smtp(Smtp::Open);
    let sent = |to| send(&channel(mail_channel(&server, Encryption::None, None, to), LONG), &letter("k"));
    assert!(matches!(sent("busy@zjj.example"), Err(Failure::Again { reason, .. }) if reason.contains("451")));
    assert!(matches!(sent("gone@zjj.example"), Err(Failure::Never { reason }) if reason.contains("550")));
    let ca = server.path("ca.pem");
    let starttls = mail_channel(&server, Encryption::Starttls, Some("s3cret-word"), "lly@zjj.example");
    let came = send(&trusting(starttls, LONG, Some(&ca)), &letter("k"));
    assert!(
        matches!(&came, Err(Failure::Never { reason }) if reason.contains("offers no STARTTLS")),
        "{came:?}"
    );
    assert!(!server.path("mail-1.json").exists());
}

/// The active alerts, as amtool shows them.
fn active(server: &Server) -> Vec<Value> {
    serde_json::from_str(&servers::amtool(server, &["alert", "query", "-o", "json"])).expect("JSON")
}

#[test]
fn an_alertmanager_shows_it_until_it_no_longer_holds() {
    let server = servers::alertmanager();
    let target = inside(&format!("http://127.0.0.1:{}", server.port));
    let manager = channel(Receiver::Alertmanager { target, lasts: alertmanager::LASTS }, LONG);
    assert_eq!(manager.refresh_within(), Some(alertmanager::LASTS / 2));
    // Alertmanager goes by its own clock.
    let now = jiff::Timestamp::now().as_microsecond();
    let at = |letter: Letter| send_at(&manager, &Letter { at: now, ..letter }, now).expect("delivered");
    let levels = |count: usize| {
        eventually("what Alertmanager shows", || {
            let shown = active(&server);
            (shown.len() == count).then_some(shown)
        })
    };

    at(letter("1"));
    let shown = levels(1);
    let expected = json!({"alertname": "Xiezhi", "alert_id": "XZ-7K3M-92QD", "level": "red", "severity": "critical",
        "topic": "collusion", "department": "市住建局"});
    assert_eq!(shown[0]["labels"], expected);
    assert_eq!(shown[0]["annotations"]["summary"], letter("1").title);
    assert_eq!(shown[0]["generatorURL"], "https://jg.example.gov.cn/alerts/XZ-7K3M-92QD");

    at(letter("1"));
    levels(1);
    at(Letter { level: Some(Level::Orange), ..letter("2") });
    assert_eq!(levels(1)[0]["labels"]["severity"], "warning", "at its new level alone");
    at(Letter { open: false, kind: "withdrawn".to_owned(), ..letter("3") });
    levels(0);
}

/// A configuration of the real binary, with the files that it names.
fn configured(text: &str, files: &[(&str, &str)]) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder for the test");
    for (name, text) in files.iter().chain(&[("xiezhi.toml", text)]) {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file of the test");
        assert!(Command::new("chmod").arg("600").arg(&path).status().expect("chmod").success());
    }
    let path = folder.path().join("xiezhi.toml").to_string_lossy().into_owned();
    (folder, path)
}

#[test]
fn deliver_test_sends_a_marked_message_and_says_what_came_back() {
    let receiver = support::Receiver::start(Manner::answers(200, r#"{"errcode":0,"errmsg":"ok"}"#));
    let address = receiver.url("/send?key=s3cret-key");
    let text = "[[deliver]]\nname = \"robot\"\nkind = \"wecom\"\nurl_file = \"address\"\nallow_private = true\n\
                [[deliver]]\nname = \"out\"\nkind = \"stdout\"\n";
    let (_folder, config) = configured(text, &[("address", &address)]);
    let test = |name: &str| support::run(&["deliver-test", name, "--config", &config]);

    let ran = test("robot").well();
    assert!(
        ran.err.contains("robot (wecom, http://127.0.0.1") && ran.err.contains("delivered: code 0: ok"),
        "{}",
        ran.err
    );
    let content = body(&only(&receiver))["markdown"]["content"].as_str().expect("a text").to_owned();
    assert!(content.contains("测试消息") && content.contains("test message"), "{content}");

    receiver.behave(Manner::answers(200, r#"{"errcode":93000,"errmsg":"invalid webhook url s3cret-key"}"#));
    let ran = test("robot");
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.err.contains("not delivered: the address's key is wrong") && !ran.err.contains("s3cret"),
        "{}",
        ran.err
    );
    receiver.behave(Manner::Answers(429, vec![("Retry-After", "9".to_owned())], Vec::new(), Duration::ZERO));
    let ran = test("robot");
    assert!(ran.code == Some(1) && ran.err.contains("would be tried again, after 9 s"), "{ran:?}");

    let ran = test("out").well();
    let [line] = &ran.json_lines()[..] else { panic!("one line, not {}", ran.out) };
    assert_eq!((&line["type"], &line["data"]["test"]), (&json!("test"), &json!(true)));

    let ran = test("nobody");
    assert!(
        ran.code == Some(64) && ran.err.contains("no channel is called \"nobody\"; it has robot, out"),
        "{ran:?}"
    );
    let shown = support::run(&["check-config", "--config", &config]).well().out;
    assert!(shown.contains("robot: wecom, http://127.0.0.1") && !shown.contains("s3cret"), "{shown}");

    let (_folder, wrong) = configured("[[deliver]]\nname = \"robot\"\nkind = \"sms\"\n", &[]);
    let ran = support::run(&["deliver-test", "robot", "--config", &wrong]);
    assert!(ran.code == Some(64) && ran.err.contains("deliver[0].kind: is \"sms\""), "{ran:?}");
}
