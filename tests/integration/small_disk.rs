//! A function whose temporary files lie on a small disk of its own, which a test can fill.

use std::{
    fs::{self, File},
    io::Write,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    process::Command,
};

use crate::binary::folder;

/// Mounts that only the process and its children see, without being root.
const NAMESPACES: &str = "unshare --user --map-root-user --mount";

/// A folder like that of the binaries, in which one of them starts on a disk of its own.
pub(crate) struct SmallDisk {
    binaries: tempfile::TempDir,
}

impl SmallDisk {
    /// A disk of `size` (as tmpfs takes it, such as `4k`) for `function`; none where such mounts are not allowed.
    pub(crate) fn of(function: &str, size: &str) -> Option<Self> {
        let probe = format!("{NAMESPACES} mount -t tmpfs none /mnt");
        if !Command::new("sh").args(["-c", &probe]).output().is_ok_and(|own| own.status.success()) {
            return None;
        }
        let own = Self { binaries: tempfile::tempdir().unwrap() };
        for name in ["finding-events", "finding-exports", "auto-archive"] {
            if name != function {
                symlink(folder().join(name), own.binaries().join(name)).unwrap();
            }
        }
        let (disk, binary) = (own.mount_point(), folder().join(function));
        fs::create_dir(&disk).unwrap();
        let then = format!(
            "mount -t tmpfs -o size={size} none '{0}' && TMPDIR='{0}' exec '{1}'",
            disk.display(),
            binary.display()
        );
        let launcher = own.binaries().join(function);
        let script = format!("#!/bin/sh\nexec {NAMESPACES} sh -c \"{then}\"\n");
        fs::write(&launcher, script).unwrap();
        fs::set_permissions(&launcher, fs::Permissions::from_mode(0o755)).unwrap();
        Some(own)
    }

    pub(crate) fn binaries(&self) -> &Path {
        self.binaries.path()
    }

    fn mount_point(&self) -> PathBuf {
        self.binaries().join("disk")
    }

    /// The file that takes all the room on the disk of process `pid`, seen from outside.
    fn filler(&self, pid: u32) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{pid}/root"));
        root.join(self.mount_point().strip_prefix("/").unwrap_or(Path::new("disk"))).join("filler")
    }

    /// True when there was room to take; a process may be gone, or not have its disk yet.
    pub(crate) fn fill(&self, pid: u32) -> bool {
        let path = self.filler(pid);
        let Ok(mut file) = File::create(&path) else { return false };
        let page = [0; 4096];
        // Never more than any disk here: before it is mounted, the place is on the machine's own.
        (0..1024).any(|_| file.write_all(&page).is_err())
    }

    pub(crate) fn clear(&self, pid: u32) {
        // The process may be gone, and its disk with it.
        let _ = fs::remove_file(self.filler(pid));
    }
}
