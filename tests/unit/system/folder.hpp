#pragma once
#include <stdlib.h>

#include <filesystem>
#include <string>

namespace weir {

// A folder of its own for one test, gone with it.
struct TemporaryFolder {
    std::string path;
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "weir-test-XXXXXX").string();
        path = ::mkdtemp(name.data());
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    std::string operator/(const std::string& name) const { return path + "/" + name; }
};

}  // namespace weir
