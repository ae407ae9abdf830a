#pragma once
#include "engine/ports/files.hpp"

namespace weir {

// The real files. Thread: any; each open file by one at a time.
class PosixFiles final : public Files {
public:
    Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode, unsigned permissions = 0644) override;
    Result<FileStatus> status(const std::string& path) override;
    Result<std::vector<std::string>> list(const std::string& folder) override;
    Result<Done> make_folder(const std::string& path, unsigned permissions = 0755) override;
    Result<Done> rename(const std::string& from, const std::string& to, bool replace) override;
    Result<Done> remove(const std::string& path) override;
    Result<Done> sync_folder(const std::string& path) override;
    Result<std::uint64_t> free_bytes(const std::string& path) override;
    std::string working_folder() const override;
};

// Standard input and output under the path "-": reading gives what stands there now (EAGAIN: nothing), writing waits for room.
// The other operations fail. SIGPIPE must be ignored by the program.
class ConsoleFiles final : public Files {
public:
    explicit ConsoleFiles(int input = 0, int output = 1) : input_(input), output_(output) {}
    Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode, unsigned permissions = 0644) override;
    Result<FileStatus> status(const std::string& path) override;
    Result<std::vector<std::string>> list(const std::string& folder) override;
    Result<Done> make_folder(const std::string& path, unsigned permissions = 0755) override;
    Result<Done> rename(const std::string& from, const std::string& to, bool replace) override;
    Result<Done> remove(const std::string& path) override;
    Result<Done> sync_folder(const std::string& path) override;
    Result<std::uint64_t> free_bytes(const std::string& path) override;
    std::string working_folder() const override;

private:
    int input_, output_;
};

}  // namespace weir
