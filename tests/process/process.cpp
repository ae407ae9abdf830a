#include "process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

extern char** environ;

namespace process {

namespace fs = std::filesystem;

Folder::Folder() {
    std::string name = (fs::temp_directory_path() / "weir-process-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for a test");
    path_ = name;
}
Folder::~Folder() {
    std::error_code ignored;
    fs::permissions(path_, fs::perms::owner_all, ignored);
    fs::remove_all(path_, ignored);
}
void Folder::write(const std::string& name, std::string_view text) const {
    fs::create_directories(fs::path(at(name)).parent_path());
    std::ofstream(at(name), std::ios::binary) << text;
}
std::string Folder::read(const std::string& name) const {
    std::ostringstream text;
    std::ifstream file(at(name), std::ios::binary);
    text << file.rdbuf();
    return text.str();
}
std::uint64_t Folder::size(const std::string& name) const {
    std::error_code error;
    const std::uintmax_t size = fs::file_size(at(name), error);
    return error ? 0 : size;
}

namespace {
// An unnamed file that holds the input: nothing has to be fed while the program runs.
int input_file(const std::string& input) {
    const int file = static_cast<int>(::syscall(SYS_memfd_create, "input", 1u));
    if (file < 0 || ::write(file, input.data(), input.size()) != static_cast<ssize_t>(input.size())) throw std::runtime_error("no input for a program");
    ::lseek(file, 0, SEEK_SET);
    return file;
}
}  // namespace

Program::Program(const Folder& folder, const std::vector<std::string>& arguments, const std::string& input) {
    const std::string binary = std::string(WEIR_BUILD) + "/weir";
    int out[2], err[2];
    if (::pipe2(out, O_CLOEXEC) != 0 || ::pipe2(err, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    const int in = input_file(input);
    std::vector<char*> words{const_cast<char*>(binary.c_str())};
    for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
    words.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addchdir_np(&actions, folder.path().c_str());
    posix_spawn_file_actions_adddup2(&actions, in, 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    posix_spawn_file_actions_adddup2(&actions, err[1], 2);
    const int error = ::posix_spawn(&pid_, binary.c_str(), &actions, nullptr, words.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(in);
    ::close(out[1]);
    ::close(err[1]);
    out_pipe_ = out[0];
    err_pipe_ = err[0];
    if (error != 0) throw std::runtime_error("can't start " + binary);
    handle_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
    ::fcntl(out_pipe_, F_SETFL, O_NONBLOCK);
    ::fcntl(err_pipe_, F_SETFL, O_NONBLOCK);
}

Program::~Program() {
    if (!reaped_) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    for (const int open : {handle_, out_pipe_, err_pipe_})
        if (open >= 0) ::close(open);
}

namespace {
void take(int& pipe, std::string& into) {
    char block[65536];
    while (pipe >= 0) {
        const ssize_t got = ::read(pipe, block, sizeof block);
        if (got > 0) {
            into.append(block, static_cast<std::size_t>(got));
        } else if (got < 0 && errno == EAGAIN) {
            return;
        } else if (got == 0 || errno != EINTR) {
            ::close(pipe);
            pipe = -1;
        }
    }
}
}  // namespace

bool Program::pump(int wait_milliseconds) {
    if (reaped_) return false;
    pollfd waits[3] = {{handle_, POLLIN, 0}, {out_pipe_, POLLIN, 0}, {err_pipe_, POLLIN, 0}};
    ::poll(waits, 3, wait_milliseconds);
    take(out_pipe_, out_);
    take(err_pipe_, err_);
    if ((waits[0].revents & POLLIN) == 0) return true;
    int status = 0;
    ::waitpid(pid_, &status, 0);
    take(out_pipe_, out_);
    take(err_pipe_, err_);
    code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    reaped_ = true;
    return false;
}

bool Program::until(const std::function<bool()>& holds, Seconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!holds()) {
        if (!pump(1)) return holds();
        if (std::chrono::steady_clock::now() > end) return false;
    }
    return true;
}

void Program::signal(int number) const {
    if (!reaped_) ::kill(pid_, number);
}

Ended Program::end(Seconds limit) {
    const auto until = std::chrono::steady_clock::now() + limit;
    while (pump(50))
        if (std::chrono::steady_clock::now() > until) {
            ::kill(pid_, SIGKILL);
            err_ += "\n(the test ended it: it took too long)";
        }
    return {code_, out_, err_};
}

bool holds_text(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }
std::uint64_t count_of(std::string_view text, char sign) { return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), sign)); }

}  // namespace process
