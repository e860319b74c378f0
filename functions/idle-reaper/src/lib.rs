//! idle-reaper
