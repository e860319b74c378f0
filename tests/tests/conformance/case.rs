//! What a case is.

use futures::future::BoxFuture;

use super::cloud::Cloud;

/// A case: it sets its stage, does something, and says in words what came of it.
pub(crate) struct Case {
    /// Its name, unique in the suite.
    pub(crate) name: &'static str,
    /// What comes of it in both clouds; `None` if they differ, as the table of differences says.
    pub(crate) both: Option<&'static str>,
    /// Runs it.
    pub(crate) run: for<'a> fn(&'a Cloud) -> BoxFuture<'a, String>,
}

/// `name => both "outcome", function` or `name => differ, function`.
macro_rules! cases {
    ($($name:literal => $how:ident $($outcome:literal)?, $run:ident;)*) => {
        /// The cases of this file.
        pub(crate) const CASES: &[$crate::conformance::case::Case] = &[$(
            $crate::conformance::case::Case {
                name: $name,
                both: $crate::conformance::case::cases!(@ $how $($outcome)?),
                run: |cloud| Box::pin($run(cloud)),
            },
        )*];
    };
    (@ both $outcome:literal) => { Some($outcome) };
    (@ differ) => { None };
}

pub(crate) use cases;
