//! Whether a volume was never written to.

use std::{
    fs::File,
    io::{self, Seek, SeekFrom},
    os::unix::fs::FileExt,
};

/// Bytes at both ends that are looked at: tables of partitions, superblocks, what RAID and volume
/// managers leave.
const ENDS: u64 = 8 * 1024 * 1024;

/// How far apart block groups of ext4 are, and so the copies of its superblock.
const GROUP: u64 = 128 * 1024 * 1024;

/// Bytes that are looked at there.
const PIECE: usize = 4096;

/// Whether there are only zeros where a file system has something: at both ends, and at each block
/// group. A volume of EBS that nobody has written to reads as zeros (EBS User Guide, "Volume
/// initialization").
pub(super) fn is_blank(mut device: &File) -> io::Result<bool> {
    let size = device.seek(SeekFrom::End(0))?;
    let last = size.saturating_sub(ENDS);
    Ok(are_zeros(device, 0, size.min(ENDS))?
        && are_zeros(device, last, size)?
        && (0..size).step_by(usize::try_from(GROUP).unwrap_or(usize::MAX)).try_fold(
            true,
            |so_far, at| {
                Ok::<_, io::Error>(so_far && are_zeros(device, at, size.min(at + PIECE as u64))?)
            },
        )?)
}

fn are_zeros(device: &File, from: u64, to: u64) -> io::Result<bool> {
    let mut buffer = vec![0; 1024 * 1024];
    let mut at = from;
    while at < to {
        let most = usize::try_from(to - at).unwrap_or(usize::MAX).min(buffer.len());
        let Some(piece) = buffer.get_mut(..most) else { return Ok(false) };
        device.read_exact_at(piece, at)?;
        if piece.iter().any(|byte| *byte != 0) {
            return Ok(false);
        }
        at += most as u64;
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn image(size: u64) -> File {
        let file = tempfile::tempfile().unwrap();
        file.set_len(size).unwrap();
        file
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn one_byte_at_an_end_or_where_a_group_begins_is_seen(
            groups in 1..4_u64,
            rest in 0..GROUP,
            place in 0..3_usize,
            at in any::<u64>(),
        ) {
            let size = groups * GROUP + rest;
            let image = image(size);
            prop_assert!(is_blank(&image).unwrap());
            let at = match place {
                0 => at % ENDS,
                1 => size - 1 - at % ENDS,
                _ => (at % groups) * GROUP + at % PIECE as u64,
            };
            image.write_all_at(&[1], at).unwrap();
            prop_assert!(!is_blank(&image).unwrap(), "{at} of {size}");
        }
    }

    #[test]
    fn small_ones_are_looked_at_whole() {
        for size in [0, 1, 4095, ENDS - 1, ENDS + 1, 2 * ENDS] {
            let image = image(size);
            assert!(is_blank(&image).unwrap());
            if let Some(last) = size.checked_sub(1) {
                image.write_all_at(&[1], last / 2).unwrap();
                assert!(!is_blank(&image).unwrap(), "{size}");
            }
        }
    }
}
