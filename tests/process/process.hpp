#pragma once
// Runs the program from outside, in a folder of its own, and waits for it with a deadline.
#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace process {

using Seconds = std::chrono::seconds;
constexpr Seconds deadline{60};

// A folder that goes away with its test.
class Folder {
public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    const std::string& path() const { return path_; }
    std::string at(const std::string& name) const { return path_ + "/" + name; }
    void write(const std::string& name, std::string_view text) const;
    std::string read(const std::string& name) const;  // empty where it is not there
    std::uint64_t size(const std::string& name) const;

private:
    std::string path_;
};

struct Ended {
    int code = -1;  // of its exit; a signal's number + 128
    std::string out, err;
};

// A started program. Its output is read as it comes, so that it never waits for us. Killed where it still runs at the end.
class Program {
public:
    Program(const Folder& folder, const std::vector<std::string>& arguments, const std::string& input = {});
    ~Program();
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;
    // True as soon as `holds` says so, asked whenever something was written and each millisecond; false: it ended, or the deadline passed.
    bool until(const std::function<bool()>& holds, Seconds limit = deadline);
    bool until_says(std::string_view text) {
        return until([&] { return err_.find(text) != std::string::npos; });
    }
    void signal(int number) const;
    Ended end(Seconds limit = deadline);
    const std::string& err() const { return err_; }

private:
    bool pump(int wait_milliseconds);  // false: ended
    int pid_ = -1, handle_ = -1, out_pipe_ = -1, err_pipe_ = -1;
    bool reaped_ = false;
    int code_ = -1;
    std::string out_, err_;
};

inline Ended weir(const Folder& folder, const std::vector<std::string>& arguments, const std::string& input = {}) { return Program(folder, arguments, input).end(); }
bool holds_text(std::string_view text, std::string_view part);
std::uint64_t count_of(std::string_view text, char sign);

}  // namespace process
