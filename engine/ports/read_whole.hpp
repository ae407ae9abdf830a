#pragma once
#include <cerrno>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "engine/ports/files.hpp"

namespace weir {

// The whole text of a file, refused (EFBIG) over `limit`.
inline Result<std::string> read_whole(Files& files, const std::string& path, std::uint64_t limit) {
    Result<std::unique_ptr<File>> file = files.open(path, OpenMode::read);
    if (!file) return file.error();
    Result<FileStatus> status = (*file)->status();
    if (!status) return status.error();
    if (status->size > limit) return Error{EFBIG, path + ": larger than " + std::to_string(limit) + " bytes"};
    std::string text;
    text.resize(static_cast<std::size_t>(status->size));
    std::size_t filled = 0;
    while (filled < text.size()) {
        Result<std::size_t> got = (*file)->read_at(filled, std::span<char>(text).subspan(filled));
        if (!got) return got.error();
        if (*got == 0) break;
        filled += *got;
    }
    text.resize(filled);
    return text;
}

}  // namespace weir
