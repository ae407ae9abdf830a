#include "engine/message/csv.hpp"

#include <algorithm>
#include <cstring>

#include "engine/message/json.hpp"
#include "engine/message/text.hpp"

namespace weir {

std::string CsvError::text() const {
    std::string out = "line " + std::to_string(line) + ", byte " + std::to_string(byte);
    if (record > 0) out += " (record " + std::to_string(record) + (field > 0 ? ", field " + std::to_string(field) : "") + ")";
    return out + ": " + why;
}

namespace {

class Reading {
public:
    Reading(std::string_view text, const CsvOptions& options, Arena& arena, CsvError& error) : begin_(text.data()), end_(text.data() + text.size()), at_(begin_), options_(options), arena_(arena), error_(error) {
        for (const char c : {options.separator, '\n', '\r'}) ends_[static_cast<unsigned char>(c)] = true;
        if (options.quotes) ends_[static_cast<unsigned char>(options.quote)] = true;
    }

    bool table(Value& out) {
        if (end_ - at_ >= 3 && std::memcmp(at_, "\xEF\xBB\xBF", 3) == 0) at_ += 3;
        if (!is_utf8({at_, static_cast<std::size_t>(end_ - at_)})) return fail(first_bad(), "the text is not UTF-8");
        for (std::uint64_t n = 0; n < options_.skip && at_ < end_; ++n) {
            const void* newline = std::memchr(at_, '\n', static_cast<std::size_t>(end_ - at_));
            at_ = newline == nullptr ? end_ : static_cast<const char*>(newline) + 1;
        }
        const bool named = options_.header || !options_.columns.empty();
        for (const std::string& name : options_.columns) names_.push_back(Value::string(std::string_view(arena_.copy(name), name.size())));
        if (options_.header && options_.columns.empty() && !header()) return false;
        std::vector<Value> records;
        std::size_t fields = 0;
        while (at_ < end_) {
            if (blank_line()) continue;
            const char* const start = at_;
            record_ = records.size() + 1;
            row_.clear();
            if (!record()) return false;
            if (columns_ == 0) columns_ = named ? names_.size() : row_.size();
            field_ = 0;
            if (row_.size() != columns_)
                return fail(start, "this record has " + counted(row_.size()) + ", and " + (named ? "there " + std::string(columns_ == 1 ? "is " : "are ") + std::to_string(columns_) + (columns_ == 1 ? " column" : " columns") : "the first one has " + std::to_string(columns_)));
            fields += columns_;
            if (fields > most_csv_fields) {
                error_.too_large = true;
                return fail(start, "the table has more than " + std::to_string(most_csv_fields) + " fields");
            }
            records.push_back(named ? object() : list());
        }
        Value* const made = arena_.take_array<Value>(records.size());
        if (!records.empty()) std::memcpy(static_cast<void*>(made), records.data(), records.size() * sizeof(Value));
        out = Value::array(made, records.size());
        return true;
    }

private:
    static std::string counted(std::size_t n) { return std::to_string(n) + (n == 1 ? " field" : " fields"); }

    bool fail(const char* at, std::string why) {
        const std::string_view before(begin_, static_cast<std::size_t>(at - begin_));
        const std::size_t newline = before.rfind('\n');
        error_.at = before.size();
        error_.line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
        error_.byte = before.size() - (newline == before.npos ? 0 : newline + 1) + 1;
        error_.record = record_;
        error_.field = field_;
        error_.why = std::move(why);
        return false;
    }
    // Steps over whole characters; the text is known to have a bad one.
    const char* first_bad() const {
        const char* at = at_;
        for (std::size_t length = 1; at + length <= end_ && length <= 4;) {
            if (!is_utf8({at, length})) {
                ++length;
                continue;
            }
            at += length;
            length = 1;
        }
        return at;
    }
    bool blank_line() {
        if (*at_ == '\n') {
            ++at_;
            return true;
        }
        if (*at_ == '\r' && at_ + 1 < end_ && at_[1] == '\n') {
            at_ += 2;
            return true;
        }
        return false;
    }

    bool header() {
        while (at_ < end_ && blank_line()) {
        }
        if (at_ == end_) return true;  // no table at all: no records
        const char* const start = at_;
        if (!record()) return false;
        names_ = row_;
        std::vector<std::string_view> sorted;
        for (const Value& name : names_) sorted.push_back(name.text());
        std::sort(sorted.begin(), sorted.end());
        const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
        field_ = 0;
        if (twice != sorted.end()) return fail(start, "the header names the field `" + std::string(twice->substr(0, 100)) + "` twice");
        return true;
    }

    // From its first letter to behind its line end.
    bool record() {
        for (field_ = 1;; ++field_) {
            Value value;
            if (!(options_.quotes && at_ < end_ && *at_ == options_.quote ? quoted(value) : plain(value))) return false;
            row_.push_back(value);
            if (row_.size() > most_csv_fields) {
                error_.too_large = true;
                return fail(at_, "a record has more than " + std::to_string(most_csv_fields) + " fields");
            }
            if (at_ == end_) return true;
            if (*at_ == options_.separator) {
                ++at_;
                continue;
            }
            at_ += *at_ == '\r' ? 2 : 1;  // `plain` and `quoted` leave only whole line ends
            return true;
        }
    }
    bool line_end() const { return *at_ == '\n' || (*at_ == '\r' && at_ + 1 < end_ && at_[1] == '\n'); }

    bool plain(Value& out) {
        const char* const start = at_;
        while (at_ < end_ && !ends_[static_cast<unsigned char>(*at_)]) ++at_;
        if (at_ < end_ && *at_ != options_.separator && !line_end())
            return *at_ == '\r' ? fail(at_, "a carriage return stands here without a newline, and outside of quotes") : fail(at_, "a quote stands inside of a field that does not begin with one");
        out = Value::string({start, static_cast<std::size_t>(at_ - start)});
        return true;
    }

    bool quoted(Value& out) {
        const char* const start = at_ + 1;
        const char* at = start;
        std::size_t doubled = 0;
        for (;; at += 2, ++doubled) {
            at = static_cast<const char*>(at < end_ ? std::memchr(at, options_.quote, static_cast<std::size_t>(end_ - at)) : nullptr);
            if (at == nullptr) return fail(at_, "this quote is not closed");
            if (at + 1 == end_ || at[1] != options_.quote) break;
        }
        const std::string_view inside(start, static_cast<std::size_t>(at - start));
        at_ = at + 1;
        if (at_ < end_ && *at_ != options_.separator && !line_end()) return fail(at_, "behind the closing quote stands neither a separator nor the end of the line");
        out = Value::string(doubled == 0 ? inside : undoubled(inside, doubled));
        return true;
    }
    std::string_view undoubled(std::string_view inside, std::size_t doubled) {
        char* const to = static_cast<char*>(arena_.take(inside.size() - doubled));
        char* put = to;
        for (const char* at = inside.data(); at < inside.data() + inside.size(); ++at) {
            *put++ = *at;
            if (*at == options_.quote) ++at;
        }
        return {to, inside.size() - doubled};
    }

    Value object() {
        Member* const members = arena_.take_array<Member>(columns_);
        for (std::size_t n = 0; n < columns_; ++n) new (members + n) Member{names_[n], row_[n]};
        return Value::object(members, columns_);
    }
    Value list() {
        Value* const items = arena_.take_array<Value>(columns_);
        for (std::size_t n = 0; n < columns_; ++n) new (items + n) Value(row_[n]);
        return Value::array(items, columns_);
    }

    const char* const begin_;
    const char* const end_;
    const char* at_;
    const CsvOptions& options_;
    Arena& arena_;
    CsvError& error_;
    bool ends_[256] = {};
    std::vector<Value> names_, row_;
    std::size_t columns_ = 0, record_ = 0, field_ = 0;
};

class Writing {
public:
    Writing(std::string& out, const CsvOptions& options, CsvMisfit& misfit) : out_(out), options_(options), misfit_(misfit) {
        for (const std::string& name : options.columns) names_.push_back(name);
    }

    bool table(const Value& table) {
        if (table.kind() == Kind::object) return first(table, "") && record(table, "");
        if (table.kind() != Kind::array) return misfit("", "is no table: a list of records, or one record");
        for (std::uint32_t n = 0; n < table.length(); ++n) {
            const std::string path = "[" + std::to_string(n) + "]";
            if (n == 0 && !first(table.a[0], path)) return false;
            if (!record(table.a[n], path)) return false;
        }
        return table.length() > 0 || !options_.header || names_.empty() || names();
    }

private:
    bool misfit(std::string path, std::string why) {
        misfit_.path = std::move(path);
        misfit_.why = std::move(why);
        return false;
    }
    // The first record says what the fields are called where the options do not.
    bool first(const Value& record, const std::string& path) {
        if (record.kind() != Kind::object && record.kind() != Kind::array) return misfit(path, "is no record: an object or a list");
        if (record.kind() == Kind::object && names_.empty()) {
            for (std::uint32_t n = 0; n < record.length(); ++n) {
                const std::string_view name = record.o[n].key.text();
                if (std::find(names_.begin(), names_.end(), name) == names_.end()) names_.push_back(name);
            }
            if (names_.empty()) return misfit(path, "has no fields to name the columns by");
        }
        if (!options_.header) return true;
        if (names_.empty()) return misfit(path, "is a list, which has no names for the header: `header: false`, or `columns`");
        return names();
    }
    bool names() {
        for (const std::string_view name : names_)
            if (!text(name, names_.size() == 1)) return misfit("", "the name `" + std::string(name) + "` " + why_);
        end();
        return true;
    }
    bool record(const Value& record, const std::string& path) {
        if (record.kind() == Kind::array) {
            if (columns_ == 0) columns_ = names_.empty() ? record.length() : names_.size();
            if (record.length() != columns_ || columns_ == 0) return misfit(path, "has " + std::to_string(record.length()) + " fields, and a record of this table has " + std::to_string(columns_));
            for (std::uint32_t n = 0; n < record.length(); ++n)
                if (!field(record.a[n], record.length() == 1)) return misfit(path + "[" + std::to_string(n) + "]", why_);
            end();
            return true;
        }
        if (record.kind() != Kind::object) return misfit(path, "is no record: an object or a list");
        if (names_.empty()) return misfit(path, "has names, and the first record had none");
        std::size_t found = 0;
        for (const std::string_view name : names_) {
            const Value* value = record.find(name);
            found += value != nullptr;
            if (!field(value == nullptr ? Value::null() : *value, names_.size() == 1)) return misfit(path + "." + std::string(name), why_);
        }
        end();
        if (found >= record.length()) return true;
        // Some field has no column, or a name stands twice: only the first is a loss.
        for (std::uint32_t n = 0; n < record.length(); ++n)
            if (const std::string_view name = record.o[n].key.text(); std::find(names_.begin(), names_.end(), name) == names_.end())
                return misfit(path + "." + std::string(name), "has no column: `keep` or `translate` leaves it out, `columns` adds it");
        return true;
    }

    bool field(const Value& value, bool alone) {
        switch (value.kind()) {
            case Kind::missing:
            case Kind::null: return text({}, alone);
            case Kind::string: return text(value.text(), alone);
            case Kind::array: why_ = "is a list, which no field of a table can hold: json(x) writes it as a text"; return false;
            case Kind::object: why_ = "is an object, which no field of a table can hold: json(x) writes it as a text"; return false;
            default: break;
        }
        scalar_.clear();
        write_json(scalar_, value);
        const bool in_quotes = scalar_.size() >= 2 && scalar_.front() == '"';
        return text(in_quotes ? std::string_view(scalar_).substr(1, scalar_.size() - 2) : std::string_view(scalar_), alone);
    }
    // `alone`: an empty field that is a line by itself would be no record.
    bool text(std::string_view field, bool alone) {
        if (behind_first_) out_ += options_.separator;
        behind_first_ = true;
        bool wants_quotes = alone && field.empty();
        for (const char c : field) wants_quotes = wants_quotes || c == options_.separator || c == '\n' || c == '\r' || (options_.quotes && c == options_.quote);
        if (!wants_quotes) {
            out_ += field;
            return true;
        }
        if (!options_.quotes) {
            why_ = "holds a separator or a line end, or is all of its line, and there are no quotes";
            return false;
        }
        out_ += options_.quote;
        for (const char c : field) {
            out_ += c;
            if (c == options_.quote) out_ += c;
        }
        out_ += options_.quote;
        return true;
    }
    void end() {
        out_ += "\r\n";
        behind_first_ = false;
    }

    std::string& out_;
    const CsvOptions& options_;
    CsvMisfit& misfit_;
    std::vector<std::string_view> names_;
    std::string scalar_, why_;
    std::size_t columns_ = 0;
    bool behind_first_ = false;
};

}  // namespace

bool read_csv(std::string_view text, const CsvOptions& options, Arena& arena, Value& out, CsvError& error) {
    error = {};
    return Reading(text, options, arena, error).table(out);
}

bool write_csv(std::string& out, const Value& table, const CsvOptions& options, CsvMisfit& misfit) {
    misfit = {};
    return Writing(out, options, misfit).table(table);
}

}  // namespace weir
