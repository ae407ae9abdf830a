#pragma once
#include <fstream>

#include "engine/ports/read_whole.hpp"
#include "engine/simulate/files.hpp"
#include "engine/system/files.hpp"
#include "tests/contract/rig.hpp"
#include "tests/unit/system/folder.hpp"

namespace weir {

// The same test on the real files and on the simulated ones. Each has its folder `root`.
struct FilesUnderTest {
    virtual ~FilesUnderTest() = default;
    virtual Files& files() = 0;
    virtual std::string root() const = 0;
    void write(const std::string& name, std::string_view text) {
        const std::string path = root() + "/" + name;
        const Result<Done> made = files().make_folder(path.substr(0, path.rfind('/')));
        if (!made) throw std::runtime_error(made.error().text);
        auto file = files().open(path, OpenMode::write);
        if (!file || !(*file)->truncate(0) || !(*file)->write_at(0, text) || !(*file)->sync()) throw std::runtime_error("can't write " + path);
    }
    void append(const std::string& name, std::string_view text) {
        auto file = files().open(root() + "/" + name, OpenMode::append);
        if (!file || !(*file)->append(text)) throw std::runtime_error("can't append to " + name);
    }
    std::string path(const std::string& name) const { return root() + "/" + name; }
    std::string text(const std::string& name) {
        Result<std::string> text = read_whole(files(), path(name), std::uint64_t{1} << 30);
        return text ? *text : "<" + std::to_string(text.error().number) + ">";
    }
    bool has(const std::string& name) { return static_cast<bool>(files().status(path(name))); }
};
struct RealFiles final : FilesUnderTest {
    TemporaryFolder folder;
    PosixFiles posix;
    Files& files() override { return posix; }
    std::string root() const override { return folder.path; }
};
struct PretendedFiles final : FilesUnderTest {
    VirtualClock clock;
    SimulatedFiles simulated{clock};
    PretendedFiles() {
        if (!simulated.make_folder("/work")) throw std::runtime_error("no folder");
    }
    Files& files() override { return simulated; }
    std::string root() const override { return "/work"; }
};

}  // namespace weir
