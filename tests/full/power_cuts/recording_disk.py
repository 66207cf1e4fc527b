"""A disk image as the only file of a FUSE folder, which records every write and every flush in their order.

Run as `recording_disk.py FOLDER LOG SIZE`. A loop device on FOLDER/disk.img sees an ordinary file; what it writes and
flushes arrives here as the block layer sent it. One byte written to FOLDER/mark puts a mark between the records, and the
write returns after the mark is recorded. `records` reads the log again.
"""

import errno
import os
import stat
import struct
import sys
from typing import Iterator, NamedTuple

WRITE, FLUSH, MARK = b"W", b"F", b"M"
HEADER = struct.Struct("<cQI")


class Record(NamedTuple):
    kind: bytes
    offset: int
    data: bytes


def records(log: str) -> Iterator[Record]:
    """What a disk recorded, in order."""
    with open(log, "rb") as file:
        while header := file.read(HEADER.size):
            kind, offset, length = HEADER.unpack(header)
            yield Record(kind, offset, file.read(length))


def serve(folder: str, log: str, size: int) -> None:
    """Serves the folder until it is unmounted."""
    # Only this process needs them, and they come from Debian.
    import pyfuse3
    import trio

    root, disk_inode, mark_inode = pyfuse3.ROOT_INODE, 2, 3
    names = {b"disk.img": disk_inode, b"mark": mark_inode}

    class RecordingDisk(pyfuse3.Operations):
        def __init__(self) -> None:
            super().__init__()
            self.image = os.open(log + ".image", os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
            os.ftruncate(self.image, size)
            self.log = open(log, "wb", buffering=1 << 20)

        def attributes(self, inode: int) -> "pyfuse3.EntryAttributes":
            entry = pyfuse3.EntryAttributes()
            entry.st_ino = inode
            entry.st_mode = (stat.S_IFDIR | 0o700) if inode == root else (stat.S_IFREG | 0o600)
            entry.st_size = size if inode == disk_inode else 0
            return entry

        async def getattr(self, inode, ctx=None):
            return self.attributes(inode)

        async def setattr(self, inode, attr, fields, fh, ctx):
            return self.attributes(inode)

        async def lookup(self, parent, name, ctx=None):
            if name not in names:
                raise pyfuse3.FUSEError(errno.ENOENT)
            return self.attributes(names[name])

        async def open(self, inode, flags, ctx):
            return pyfuse3.FileInfo(fh=inode, direct_io=inode == mark_inode)

        async def read(self, fh, offset, length):
            return os.pread(self.image, length, offset)

        async def write(self, fh, offset, data):
            if fh == mark_inode:
                self.record(MARK, 0, b"")
            else:
                os.pwrite(self.image, data, offset)
                self.record(WRITE, offset, data)
            return len(data)

        async def fsync(self, fh, datasync):
            self.record(FLUSH, 0, b"")

        def record(self, kind: bytes, offset: int, data: bytes) -> None:
            self.log.write(HEADER.pack(kind, offset, len(data)))
            self.log.write(data)

    disk = RecordingDisk()
    pyfuse3.init(disk, folder, set(pyfuse3.default_options) | {"fsname=recording-disk"})
    try:
        trio.run(pyfuse3.main)
    finally:
        disk.log.close()
        os.close(disk.image)
        pyfuse3.close(unmount=False)


if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2], int(sys.argv[3]))
