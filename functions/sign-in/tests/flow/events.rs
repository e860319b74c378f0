//! The function's events in `events/` are answered as their names say.

use std::{fs, path::Path};

use crate::desk::{HTTP, desk};

const ANSWERS: [(&str, u16); 3] = [
    ("sign-in-callback-unasked", 400),
    ("sign-in-logout-foreign-origin", 403),
    ("sign-in-prefetch", 204),
];

#[tokio::test]
async fn events_are_answered_with_their_status() {
    let desk = desk(HTTP, &[]).await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events");
    let mut answered = Vec::new();
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if name.starts_with("sign-in-") {
            let request = lambda_http::request::from_str(&fs::read_to_string(path).unwrap());
            let reply = sign_in::handle(&desk.app, request.unwrap()).await;
            answered.push((name, reply.status().as_u16()));
        }
    }
    answered.sort();
    let expected: Vec<_> =
        ANSWERS.iter().map(|(name, status)| ((*name).to_owned(), *status)).collect();
    assert_eq!(answered, expected);
}
