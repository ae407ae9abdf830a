#pragma once
#include <memory>
#include <type_traits>
#include <utility>

namespace weir {

// A function that is called once, with move-only captures (std::move_only_function is C++23).
template <class... A> class Once {
    struct Base {
        virtual ~Base() = default;
        virtual void run(A...) = 0;
    };
    template <class F> struct Held final : Base {
        F f;
        explicit Held(F g) : f(std::move(g)) {}
        void run(A... a) override { f(std::move(a)...); }
    };
    std::unique_ptr<Base> held_;

public:
    Once() = default;
    template <class F>
        requires(!std::is_same_v<std::decay_t<F>, Once>)
    Once(F f) : held_(std::make_unique<Held<F>>(std::move(f))) {}
    explicit operator bool() const { return static_cast<bool>(held_); }
    void operator()(A... a) {
        auto held = std::move(held_);
        held->run(std::move(a)...);
    }
};
using Task = Once<>;
template <class T> using Then = Once<T>;

}  // namespace weir
