#pragma once
#include <cstdint>
#include <string>

namespace weir {

struct StoreOptions {
    std::string folder;
    bool memory = false;         // nothing on disk; for tests: the same code, the same tables
    std::string vfs;             // name of a registered SQLite VFS; empty: the system's
    bool inline_writer = false;  // no thread: a commit runs as a task posted to its own home, so that a simulated engine stays in one thread
    bool unsafe_filesystem = false;                                  // O3: take NFS, CIFS, 9p and FUSE all the same
    std::int64_t retention = 7LL * 24 * 3600 * 1'000'000'000;          // nanoseconds that rows stay when every consumer is done with them (C3)
    std::int64_t history_retention = 7LL * 24 * 3600 * 1'000'000'000;  // S9
    int checkpoint_frames = 4096;                                    // pages of log that are backfilled at once (16 MB)
    std::int64_t most_pages = 0;                                     // of 4 KB that the store may have; beyond it is full. 0: the disk decides
    std::uint64_t low_space = 512u << 20, lower_space = 128u << 20;  // free bytes, those inside the file counted, below which the disk is low (S5)
    std::uint64_t ballast = 64u << 20;                               // bytes that are held to be given up when the disk is full; 0: none
    int longest_value = 0;                                           // bytes of one value that SQLite takes; 0: its own limit
};
inline std::string store_database_path(const std::string& folder) { return folder + "/store.db"; }

}  // namespace weir
