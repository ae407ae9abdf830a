#pragma once
#include <string>
#include <utility>
#include <variant>

namespace weir {

// What the outside world answers: a value, or an error with its errno (0: none) and a sentence that names the thing.
struct Error {
    int number = 0;
    std::string text;
};
template <class T> class [[nodiscard]] Result {
public:
    Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}
    explicit operator bool() const { return held_.index() == 0; }
    T& operator*() { return std::get<0>(held_); }
    const T& operator*() const { return std::get<0>(held_); }
    T* operator->() { return &std::get<0>(held_); }
    const T* operator->() const { return &std::get<0>(held_); }
    const Error& error() const { return std::get<1>(held_); }

private:
    std::variant<T, Error> held_;
};
struct Done {};

}  // namespace weir
