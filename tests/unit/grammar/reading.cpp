#include "reading.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "dsl/grammar/parse.hpp"

namespace weir::tests {

std::unique_ptr<Reading> read(std::string path, std::string text) {
    auto reading = std::make_unique<Reading>();
    const auto file = reading->sources.add(std::move(path), std::move(text));
    reading->file = parse(reading->sources, file, reading->findings);
    return reading;
}

std::string load(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

void save(const std::filesystem::path& path, std::string_view text) {
    std::ofstream out(path, std::ios::binary);
    out << text;
}

std::vector<std::filesystem::path> flows_below(std::string_view folder) {
    std::vector<std::filesystem::path> found;
    const auto root = std::filesystem::path(WEIR_ROOT) / folder;
    if (!std::filesystem::exists(root)) return found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root))
        if (entry.path().extension() == ".flow" && entry.path().filename().string().rfind("fail_", 0) != 0) found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    return found;
}

std::vector<std::filesystem::path> all_flows() {
    std::vector<std::filesystem::path> all;
    for (std::string_view folder : {"tests/golden/parse", "stdlib", "flows"}) {
        auto found = flows_below(folder);
        all.insert(all.end(), found.begin(), found.end());
    }
    // More flows, for a measurement: another folder by its full name.
    if (const char* more = std::getenv("WEIR_MORE_FLOWS")) {
        auto found = flows_below(more);
        all.insert(all.end(), found.begin(), found.end());
    }
    return all;
}

std::string told(const Reading& reading) {
    std::string out;
    for (const auto& finding : reading.findings.all()) {
        const auto place = reading.sources.place(finding.at.begin);
        out += fmt::format("{} {}:{} {}", name_of(finding.code), place.line, place.column, finding.message);
        if (!finding.label.empty()) out += " | " + finding.label;
        for (const auto& help : finding.help) out += " | " + help;
        for (const auto& fix : finding.fixes)
            for (const auto& edit : fix.edits) out += " | put `" + edit.text + "`";
        for (const auto& label : finding.labels) out += fmt::format(" | {}: {}", reading.sources.place(label.at.begin).line, label.text);
        out += '\n';
    }
    return out;
}

bool same_as_golden(const std::filesystem::path& path, const std::string& text) {
    if (std::getenv("WEIR_UPDATE")) save(path, text);
    return load(path) == text;
}

}  // namespace weir::tests
