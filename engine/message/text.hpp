#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

// Scalars as text and back. All pure.
bool is_utf8(std::string_view text);
void write_timestamp(std::string& out, std::int64_t nanoseconds);               // RFC 3339, UTC, fraction only when there
std::optional<std::int64_t> read_timestamp(std::string_view text);              // RFC 3339, with or without seconds
void write_duration(std::string& out, std::int64_t nanoseconds);                // 1h30m, 90s, 0s; sign in front
std::optional<std::int64_t> read_duration(std::string_view text);
void write_size(std::string& out, std::int64_t bytes);                          // 10MB, 1536B
std::optional<std::int64_t> read_size(std::string_view text);
void write_rate(std::string& out, std::uint32_t count, std::int64_t per_nanoseconds);  // 50/s, 100/5m
void write_base64(std::string& out, std::string_view bytes);
std::optional<std::string> read_base64(std::string_view text);
void write_hex(std::string& out, std::string_view bytes);
void write_real(std::string& out, double value);                                // shortest, always with an exponent: 1.5e0

}  // namespace weir
