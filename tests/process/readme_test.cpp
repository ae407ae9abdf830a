// The session on the front page: its commands are run, and what they print is what stands there, but for times and ids.
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "process.hpp"

using namespace process;

namespace {

std::string file_of(const std::string& name) {
    std::ostringstream text;
    text << std::ifstream(std::string(WEIR_ROOT) + "/" + name, std::ios::binary).rdbuf();
    return text.str();
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }

// Times, seconds and ids are different at each run.
std::string masked(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        while (end < text.size() && is_hex(text[end])) ++end;
        if (end - at == 32) {
            out += "ID";
            at = end;
        } else if (text.size() - at >= 20 && text[at + 4] == '-' && text[at + 10] == 'T' && text[at + 19] == 'Z') {
            out += "TIME";
            at += 20;
        } else if (text.size() - at >= 6 && is_digit(text[at]) && text[at + 1] == '.' && is_digit(text[at + 2]) && is_digit(text[at + 3]) && text.substr(at + 4, 2) == " s") {
            out += "SECONDS";
            at += 6;
        } else {
            out += text[at++];
        }
    }
    while (!out.empty() && out.back() == '\n') out.pop_back();
    return out;
}

std::vector<std::string> words_of(const std::string& line) {
    std::vector<std::string> words;
    std::istringstream in(line);
    for (std::string word; in >> word;) words.push_back(word);
    return words;
}

struct Shown {
    std::string command, output;
};
std::vector<Shown> commands_of(const std::string& section) {
    std::vector<Shown> all;
    bool inside = false;
    std::istringstream lines(section);
    for (std::string line; std::getline(lines, line);) {
        if (line == "```console") inside = true;
        else if (line == "```") inside = false;
        else if (inside && line.starts_with("$ ")) all.push_back({line.substr(2), {}});
        else if (inside && !all.empty()) all.back().output += line + "\n";
    }
    return all;
}

}  // namespace

TEST_CASE("the session on the front page") {
    const std::string page = file_of("README.md");
    const std::size_t begin = page.find("## A session"), end = page.find("What a flow shall do stands beside it");
    REQUIRE(begin < end);
    REQUIRE(end != std::string::npos);
    const std::string section = page.substr(begin, end - begin);
    std::string flow = file_of("flows/quickstart.flow");
    const std::size_t shown = section.find("```flow\n") + 8;
    CHECK(holds_text(flow, section.substr(shown, section.find("```\n", shown) - shown)));
    const Folder here;
    here.write("flows/quickstart.flow", flow);
    here.write("flows/quickstart/orders.jsonl", file_of("flows/quickstart/orders.jsonl"));
    here.write("out/.here", "");
    std::size_t ran = 0;
    for (const Shown& each : commands_of(section)) {
        CAPTURE(each.command);
        std::vector<std::string> words = words_of(each.command);
        if (words.front() == "tools/weir") {
            words.erase(words.begin());
            if (words.front() == "check") {  // with the slip that the page speaks of
                flow.replace(flow.find("body.customer.name"), 18, "body.custmer.name");
                here.write("flows/quickstart.flow", flow);
            }
            const Ended ended = weir(here, words);
            CHECK(masked(ended.err + ended.out) == masked(each.output));
        } else if (words.front() == "head") {
            const std::string text = here.read(words.at(2));
            CHECK(text.substr(0, text.find('\n')) == masked(each.output));
        } else {
            REQUIRE(each.command == "wc -l out/*");
            std::istringstream lines(each.output);
            for (std::string line; std::getline(lines, line);)
                if (const auto counted = words_of(line); counted.size() == 2 && counted[1] != "total") CHECK(std::to_string(count_of(here.read(counted[1]), '\n')) == counted[0]);
        }
        ++ran;
    }
    CHECK(ran == 6);
}
