#pragma once
#include <map>
#include <set>
#include <string_view>

#include "engine/ports/files.hpp"
#include "engine/ports/world.hpp"

namespace weir {

// Files in memory that keep what POSIX promises and no more: bytes last from `sync` of their file, names from `sync_folder` of their folder.
// Relative paths begin at "/". Owner: the test; open files keep their node. Thread: one.
class SimulatedFiles final : public Files {
public:
    explicit SimulatedFiles(const Clock& clock, std::uint64_t device = 1);
    ~SimulatedFiles() override;

    Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode, unsigned permissions = 0644) override;
    Result<FileStatus> status(const std::string& path) override;
    Result<std::vector<std::string>> list(const std::string& folder) override;
    Result<Done> make_folder(const std::string& path, unsigned permissions = 0755) override;
    Result<Done> rename(const std::string& from, const std::string& to, bool replace) override;
    Result<Done> remove(const std::string& path) override;
    Result<Done> sync_folder(const std::string& path) override;
    Result<std::uint64_t> free_bytes(const std::string& path) override;
    std::string working_folder() const override { return "/"; }

    // The machine loses its power: what was not synced is gone (seed 0), or kept in part, as that seed has it. Open files answer EBADF from then on.
    void crash(std::uint64_t seed = 0);

    // Faults. Counting begins with the call; 1 is the next one. A fault fires once.
    void fail_write(std::uint64_t which) { write_fault_ = which; }  // EIO, nothing written
    void fail_sync(std::uint64_t which) { sync_fault_ = which; }    // EIO
    void set_space(std::uint64_t bytes) { space_ = bytes; }         // writes beyond: ENOSPC, until set anew
    void deny(const std::string& path);                             // EACCES, for it and what is below
    void allow(const std::string& path);

    // What the world does, all of it durable.
    void put(const std::string& path, std::string_view text);       // with its folders; a file that is there keeps its inode
    void put_other(const std::string& path);                        // a pipe, a device, a link
    std::string text(const std::string& path) const;                // empty where there is none
    bool has(const std::string& path) const;
    std::uint64_t syncs() const { return syncs_; }

private:
    friend class SimulatedFile;
    struct Node;
    using NodePointer = std::shared_ptr<Node>;
    static std::vector<std::string> parts_of(const std::string& path);
    NodePointer find(const std::vector<std::string>& parts, std::size_t count) const;
    NodePointer make_node(FileStatus::Sort sort);
    NodePointer folder_for(const std::vector<std::string>& parts);
    bool denied(const std::vector<std::string>& parts) const;
    int before_write(std::uint64_t grows_by);  // errno of a fault, or 0
    int before_sync();

    const Clock& clock_;
    std::uint64_t device_, last_inode_ = 0, generation_ = 0, syncs_ = 0;
    std::uint64_t write_fault_ = 0, sync_fault_ = 0;
    std::uint64_t space_ = std::uint64_t{1} << 40;
    std::set<std::vector<std::string>> denied_;
    NodePointer root_;
};

}  // namespace weir
