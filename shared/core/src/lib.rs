//! hotdesk
