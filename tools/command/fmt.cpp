// Puts flow files into their one shape. A file is replaced as a whole or not at all.
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "dsl/diagnostics/render.hpp"
#include "dsl/format/format.hpp"
#include "engine/ports/read_whole.hpp"
#include "engine/system/files.hpp"
#include "tools/command/command.hpp"
#include "tools/command/difference.hpp"
#include "tools/command/load.hpp"
#include "tools/command/output.hpp"

namespace weir::command {
namespace {

constexpr std::size_t most_lines = 40;
constexpr unsigned mode_bits = 07777;

Result<std::string> read_input() {
    std::string text;
    char block[65536];
    for (;;) {
        const ssize_t got = ::read(0, block, sizeof block);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return Error{errno, std::string("standard input can't be read: ") + std::strerror(errno)};
        if (got == 0) return text;
        text.append(block, static_cast<std::size_t>(got));
        if (text.size() > largest_file) return Error{EFBIG, "standard input is larger than 16 MiB"};
    }
}

// A new file beside the old one takes its name and its permissions: whoever reads sees one text or the other.
Result<Done> replace(Files& files, const std::string& path, const std::string& text) {
    struct stat old {};
    if (::stat(path.c_str(), &old) != 0) return Error{errno, path + ": " + std::strerror(errno)};
    const std::string beside = path + "." + std::to_string(::getpid()) + ".new";
    Result<std::unique_ptr<File>> file = files.open(beside, OpenMode::create_new, 0600);
    if (!file) return file.error();
    Result<Done> done = (*file)->append(text);
    if (done) done = (*file)->sync();
    if (done && ::chmod(beside.c_str(), old.st_mode & mode_bits) != 0) done = Error{errno, beside + ": " + std::strerror(errno)};
    if (done) done = files.rename(beside, path, true);
    if (!done) {
        (void)files.remove(beside);
        return done;
    }
    const std::size_t slash = path.rfind('/');
    return files.sync_folder(slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash));
}

int one(const std::string& path, Files& files, bool only_look) {
    const bool input = path == "-";
    Result<std::string> text = input ? read_input() : read_whole(files, path, largest_file);
    if (!text) return fail_outside(text.error().number == ENOENT ? "there is no file `" + visible(path) + "`" : text.error().text);
    Sources sources;
    Findings found;
    const std::size_t file = sources.add(input ? "standard input" : path, *text);
    const std::optional<std::string> formatted = format_flow(sources, file, found);
    if (!formatted) {
        found.settle();
        print_error(render_text(found, sources, wants_colour(2)) + "\nweir: " + visible(sources.file(file).path) + " is left as it is: it has syntax errors\n");
        return findings;
    }
    // The last line of defence before an author's text is replaced.
    if (!same_flows(*text, *formatted)) {
        print_error("weir: a fault of weir itself: the formatted text of " + visible(path) + " would not be the same flow; it is left as it is\n");
        return our_bug;
    }
    if (only_look) {
        if (*formatted == *text) return fine;
        return print_out(visible(sources.file(file).path) + " would change:\n" + difference(*text, *formatted, most_lines)) ? findings : outside;
    }
    if (input) return print_out(*formatted) ? fine : outside;
    if (*formatted == *text) return fine;
    const Result<Done> written = replace(files, path, *formatted);
    if (!written) return fail_outside(written.error().text);
    return print_out("formatted: " + visible(path) + "\n") ? fine : outside;
}

int format_files(const Arguments& arguments) {
    PosixFiles files;
    int worst = fine;
    // One file's trouble keeps none of the others from being looked at.
    for (const std::string& path : arguments.operands) worst = std::max(worst, one(path, files, arguments.has("check")));
    return worst;
}

}  // namespace

Command fmt_command() {
    Command command;
    command.name = "fmt";
    command.operands = "FILE..";
    command.summary = "Writes flow files in their one shape; `-` stands for standard input and output.";
    command.options = {{"check", "", "changes nothing; says which files would change and how, exit 1", false, {}}};
    command.examples = "  weir fmt orders.flow billing.flow\n  weir fmt --check flows/*.flow\n  weir fmt - < orders.flow\n";
    command.least = 1;
    command.most = 100000;
    command.run = format_files;
    return command;
}

}  // namespace weir::command
