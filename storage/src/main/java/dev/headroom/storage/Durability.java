package dev.headroom.storage;

/** What {@link FileBlobStore} forces to the disk before a put returns. */
public enum Durability {
    /** Nothing: a put survives the process, not the machine. For tests and caches. */
    NONE,
    /** The blob's file; on a journalling file system its name follows within seconds. */
    FILE,
    /** The blob's file and the folder that names it: a put that returned survives a power cut. */
    FILE_AND_FOLDER
}
