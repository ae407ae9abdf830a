#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <string_view>

namespace weir {

// A bump allocator for the trees of one message. Nothing in it is ever destroyed one by one; `reset` gives all back at once.
// Owner: who runs the message. Thread: one.
class Arena {
public:
    Arena() = default;
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;
    ~Arena() { release(); }
    void* take(std::size_t bytes) {
        bytes = (bytes + 7) & ~std::size_t{7};
        if (static_cast<std::size_t>(end_ - at_) < bytes) [[unlikely]] grow(bytes);
        void* result = at_;
        at_ += bytes;
        return result;
    }
    template <class T> T* take_array(std::size_t count) { return static_cast<T*>(take(count * sizeof(T))); }
    char* copy(std::string_view text) {
        char* to = static_cast<char*>(take(text.size()));
        std::memcpy(to, text.data(), text.size());
        return to;
    }
    // Gives all back but the first block, so that the next message finds it warm.
    void reset() {
        release();
        at_ = first_;
        end_ = first_ + sizeof first_;
    }

private:
    struct Block {
        Block* next;
    };
    void grow(std::size_t bytes) {
        const std::size_t size = (bytes > 16384 ? bytes : 16384) + sizeof(Block);
        auto* block = static_cast<Block*>(::operator new(size));
        block->next = blocks_;
        blocks_ = block;
        at_ = reinterpret_cast<char*>(block + 1);
        end_ = reinterpret_cast<char*>(block) + size;
    }
    void release() {
        while (blocks_ != nullptr) {
            Block* next = blocks_->next;
            ::operator delete(blocks_);
            blocks_ = next;
        }
    }
    Block* blocks_ = nullptr;
    alignas(16) char first_[8192];
    char* at_ = first_;
    char* end_ = first_ + sizeof first_;
};

}  // namespace weir
