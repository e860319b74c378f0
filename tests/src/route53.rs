//! The document with which Route 53 is asked for changes (Route 53 API Reference,
//! "ChangeResourceRecordSets").

use quick_xml::de::{DeError, from_reader};
use serde::{Deserialize, de::DeserializeOwned};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Request<C> {
    change_batch: Batch<C>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Batch<C> {
    changes: Changes<C>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Changes<C> {
    change: Vec<C>,
}

/// Its changes, each as far as whoever asks needs it.
///
/// # Errors
/// It is no such document.
pub(crate) fn changes<C: DeserializeOwned>(body: &[u8]) -> Result<Vec<C>, DeError> {
    from_reader::<_, Request<C>>(body).map(|request| request.change_batch.changes.change)
}
