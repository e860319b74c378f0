//! What an ext4 file system says of itself (kernel documentation, "ext4 Data Structures and
//! Algorithms", 4.1): read only.

use std::{
    fs::File,
    io::{self, Seek, SeekFrom},
    os::unix::fs::FileExt,
    path::Path,
};

use uuid::Uuid;

/// Where the superblock is, bytes.
const PRIMARY: u64 = 1024;

/// Where its first copy is: the second block group, of 32768 blocks of 4 KiB, which is what
/// mkfs.ext4 makes of everything from 512 MB on.
const COPY: u64 = 32768 * 4096;

/// Where its last copy of a smaller file system would be: blocks of 1 KiB, groups of 8192.
const SMALL_COPY: u64 = 8193 * 1024;

const MAGIC: u16 = 0xef53;

/// `s_state`: the kernel has found errors in it.
const HAS_ERRORS: u16 = 2;

/// `s_feature_incompat`: it was not unmounted, and its journal has to be replayed.
const NEEDS_RECOVERY: u32 = 4;

/// A superblock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Superblock {
    pub(super) uuid: Uuid,
    /// `s_volume_name`.
    label: [u8; 16],
    /// Bytes.
    pub(super) size: u64,
    pub(super) has_errors: bool,
    pub(super) needs_recovery: bool,
}

impl Superblock {
    /// The one that a mount would go by; nothing if there is none.
    pub(super) fn primary(device: &File) -> io::Result<Option<Self>> {
        Self::at(device, PRIMARY)
    }

    /// All that can be found of it, copies included: for whoever wants to know what this once was.
    pub(super) fn remains(device: &File) -> io::Result<Vec<Self>> {
        let all = [PRIMARY, SMALL_COPY, COPY].map(|at| Self::at(device, at));
        all.into_iter().filter_map(Result::transpose).collect()
    }

    fn at(device: &File, offset: u64) -> io::Result<Option<Self>> {
        let mut bytes = [0; 1024];
        match device.read_exact_at(&mut bytes, offset) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            read => read?,
        }
        Ok(Self::parse(&bytes))
    }

    /// The fields by the offsets of the structure.
    fn parse(bytes: &[u8; 1024]) -> Option<Self> {
        let two = |at: usize| Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
        let four = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
        if two(56)? != MAGIC {
            return None;
        }
        let blocks = u64::from(four(4)?) | u64::from(four(0x150)?) << 32;
        let block = 1024_u64.checked_shl(four(24)?)?;
        Some(Self {
            uuid: Uuid::from_bytes(bytes.get(104..120)?.try_into().ok()?),
            label: bytes.get(120..136)?.try_into().ok()?,
            size: blocks.checked_mul(block)?,
            has_errors: two(58)? & HAS_ERRORS != 0,
            needs_recovery: four(96)? & NEEDS_RECOVERY != 0,
        })
    }

    /// Whether it has that name.
    pub(super) fn is_called(&self, label: &str) -> bool {
        let end = self.label.iter().position(|byte| *byte == 0).unwrap_or(self.label.len());
        self.label.get(..end) == Some(label.as_bytes())
    }
}

/// How large a device or an image is, bytes.
pub(super) fn size_of(device: &Path) -> io::Result<u64> {
    File::open(device)?.seek(SeekFrom::End(0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whatever_is_there_can_be_read(
            start in proptest::collection::vec(any::<u8>(), 1024),
            magic in any::<bool>(),
        ) {
            let mut bytes: [u8; 1024] = start.try_into().unwrap();
            if magic {
                bytes[56..58].copy_from_slice(&MAGIC.to_le_bytes());
            }
            if let Some(found) = Superblock::parse(&bytes) {
                prop_assert!(magic || bytes[56..58] == MAGIC.to_le_bytes());
                prop_assert_eq!(found.uuid.as_bytes(), &bytes[104..120]);
            }
        }
    }
}
