#include "tools/command/act.hpp"

#include <pwd.h>
#include <unistd.h>

#include <optional>

#include "engine/message/arena.hpp"
#include "engine/message/json.hpp"
#include "engine/system/files.hpp"
#include "tools/command/command.hpp"
#include "tools/command/control.hpp"
#include "tools/command/numbers.hpp"
#include "tools/command/output.hpp"
#include "tools/command/take.hpp"

namespace weir::command {
namespace {

constexpr std::string_view sorts[] = {"replay", "discard", "purge", "forget", "release", "drop"};

std::string text_of(const Value& args, std::string_view name) {
    const Value* value = args.find(name);
    return value != nullptr && value->kind() == Kind::string ? std::string(value->text()) : std::string();
}

bool read_row(const Value& value, std::uint64_t& out) { return value.kind() == Kind::number_text && read_number(value.text(), out); }

Result<Deeds> answered(const std::string& answer) {
    if (const std::string why = refusal(answer); !why.empty()) return Error{0, why};
    std::string padded = answer;
    padded.append(json_padding, '\0');
    Arena arena;
    JsonReader reader;
    Value value;
    Deeds deeds;
    if (!reader.read(std::string_view(padded).substr(0, answer.size()), arena, value) || value.find("ok")->kind() != Kind::object) return Error{0, "the engine gave an answer that says nothing"};
    const Value& ok = *value.find("ok");
    if (const Value* rows = ok.find("rows"); rows == nullptr || !read_row(*rows, deeds.rows)) return Error{0, "the engine gave an answer that says nothing"};
    deeds.refused = text_of(ok, "refused");
    return deeds;
}

}  // namespace

std::string caller() {
    std::string who;
    passwd entry{};
    passwd* found = nullptr;
    char texts[4096];
    if (::getpwuid_r(::geteuid(), &entry, texts, sizeof texts, &found) == 0 && found != nullptr) who = entry.pw_name;
    else who = std::to_string(::geteuid());
    char host[256] = {};
    if (::gethostname(host, sizeof host - 1) == 0 && host[0] != '\0') who += std::string("@") + host;
    return who;
}

std::string deed_request(const Deed& deed) {
    std::string out = R"({"verb":"act","args":{"sort":")" + std::string(sorts[static_cast<std::size_t>(deed.sort)]) + "\",\"flow\":";
    write_string(out, deed.flow);
    out += ",\"channel\":";
    write_string(out, deed.channel);
    out += ",\"origin\":";
    write_string(out, deed.origin);
    out += ",\"rows\":[";
    for (const RowId row : deed.rows) out += (out.back() == '[' ? "" : ",") + std::to_string(row);
    out += std::string("],\"afresh\":") + (deed.afresh ? "true" : "false") + ",\"who\":";
    write_string(out, deed.who);
    out += ",\"why\":";
    write_string(out, deed.why);
    return out + "}}";
}

bool read_deed(const Value& args, Deed& out, std::string& why) {
    const std::string sort = text_of(args, "sort");
    bool known = false;
    for (std::size_t n = 0; n < std::size(sorts); ++n)
        if (sort == sorts[n]) {
            out.sort = static_cast<Deed::Sort>(n);
            known = true;
        }
    if (!known) {
        why = "act has the sorts replay, discard, purge, forget, release, drop";
        return false;
    }
    out.flow = text_of(args, "flow");
    out.channel = text_of(args, "channel");
    out.origin = text_of(args, "origin");
    out.who = text_of(args, "who");
    out.why = text_of(args, "why");
    const Value* afresh = args.find("afresh");
    out.afresh = afresh != nullptr && afresh->kind() == Kind::boolean && afresh->boolean();
    const Value* rows = args.find("rows");
    if (rows == nullptr) return true;
    if (rows->kind() != Kind::array) {
        why = "rows is an array of numbers";
        return false;
    }
    for (const Value& row : *rows)
        if (!read_row(row, out.rows.emplace_back())) {
            why = "rows is an array of numbers";
            return false;
        }
    return true;
}

std::string deeds_answer(const Deeds& deeds) {
    std::string out = "{\"ok\":{\"rows\":" + std::to_string(deeds.rows) + ",\"refused\":";
    write_string(out, deeds.refused);
    return out + "}}";
}

Result<Deeds> act(const std::string& folder, Deed deed) {
    if (!PosixFiles().status(folder)) return Error{0, "there is no store `" + folder + "`"};
    deed.who = caller();
    const Result<std::string> answer = ask_engine(folder, deed_request(deed));
    if (answer) return answered(*answer);
    if (!nobody_listens(answer.error())) return answer.error();
    std::optional<Deeds> came;
    const Result<Done> taken = take_store(folder, [&](TakenStore& own) -> Result<Done> {
        deed.now = own.clock.wall();
        own.store.act(std::move(deed), own.turn, [&](Deeds deeds) { came = std::move(deeds); });
        own.turn.run();
        return Done{};
    });
    if (!taken) return taken.error();
    if (!came) return Error{0, "the store did not say what came of it"};
    return *came;
}

int tell(const Result<Deeds>& came, const std::string& done_what) {
    if (!came) return fail_outside(came.error().text);
    if (came->rows > 0 || came->refused.empty())
        if (!print_out(done_what + " " + std::to_string(came->rows) + "\n")) return outside;
    return came->refused.empty() ? fine : fail_outside(came->refused);
}

}  // namespace weir::command
