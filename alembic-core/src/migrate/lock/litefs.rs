//! Whether a folder is one that LiteFS replicates. There each new file is taken for a new database.

use std::path::{Path, PathBuf};

/// Whether LiteFS is mounted where the folder is. It exists on Linux alone.
pub(super) fn is_mounted_at(folder: &Path) -> bool {
    let Ok(folder) = folder.canonicalize() else { return false };
    crate::file::read_to_string("/proc/self/mountinfo").is_ok_and(|mounts| is_litefs(&folder, &mounts))
}

/// The same by the list of mounts: of those that the folder is in, the last of the innermost is seen.
fn is_litefs(folder: &Path, mounts: &str) -> bool {
    let mounts = mounts.lines().filter_map(Mount::read).filter(|mount| folder.starts_with(&mount.place));
    mounts.max_by_key(|mount| mount.place.components().count()).is_some_and(|mount| mount.is_litefs)
}

struct Mount {
    place: PathBuf,
    is_litefs: bool,
}

impl Mount {
    /// A line of `mountinfo`: `36 35 98:0 /root /place options … - type source options`.
    fn read(line: &str) -> Option<Mount> {
        let (mount, file_system) = line.split_once(" - ")?;
        let place = PathBuf::from(unescape(mount.split(' ').nth(4)?));
        let mut words = file_system.split(' ');
        let (kind, source) = (words.next()?, words.next()?);
        Some(Mount { place, is_litefs: kind.starts_with("fuse") && source == "litefs" })
    }
}

/// Spaces and the like are octal numbers there.
fn unescape(text: &str) -> String {
    let mut parts = text.split('\\');
    let mut unescaped = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let number = part.get(..3).and_then(|digits| u8::from_str_radix(digits, 8).ok());
        match number {
            Some(number) => {
                unescaped.push(number.into());
                unescaped += &part[3..];
            }
            None => unescaped += part,
        }
    }
    unescaped
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
40 22 0:45 / /litefs rw,nosuid,nodev,relatime shared:20 - fuse litefs rw,user_id=0,group_id=0
41 22 0:46 / /other rw,nosuid,nodev,relatime - fuse.sshfs litefs@host:/ rw
42 40 0:47 / /litefs/ordinary rw - tmpfs tmpfs rw
43 22 0:48 / /with\\040space rw - fuse.litefs litefs rw
44 22 0:49 / /covered rw - fuse litefs rw
45 44 0:50 / /covered rw - tmpfs litefs rw
";

    #[test]
    fn the_innermost_mount_decides() {
        for (folder, expected) in [
            ("/litefs", true),
            ("/litefs/deeper", true),
            ("/with space", true),
            ("/", false),
            ("/litefs2", false),
            ("/other", false),
            ("/litefs/ordinary/app", false),
            ("/covered", false),
        ] {
            assert_eq!(is_litefs(Path::new(folder), MOUNTS), expected, "{folder}");
        }
    }
}
