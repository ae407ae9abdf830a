#pragma once
// A SQLite VFS over the system's that fails at the n-th write or sync of the database and its log.
#include <sqlite3.h>

namespace weir::test {

struct FaultPlan {
    int write_in = 0, sync_in = 0;  // counts down; at 1 it happens. 0: never
    int code = SQLITE_FULL;
    bool stays = false;             // every later one fails too
    int fired = 0;
};
inline FaultPlan fault_plan;

struct FaultFile {
    sqlite3_file base;
    sqlite3_file* real;
};
inline sqlite3_file* real_of(sqlite3_file* file) { return reinterpret_cast<FaultFile*>(file)->real; }
inline bool fault_now(int& counter) {
    if (counter == 0) return false;
    if (counter > 1) {
        --counter;
        return false;
    }
    if (!fault_plan.stays) counter = 0;
    ++fault_plan.fired;
    return true;
}

inline const char* fault_vfs() {
    static sqlite3_vfs vfs;
    static sqlite3_io_methods io;
    if (vfs.zName) return vfs.zName;
    sqlite3_vfs* system = sqlite3_vfs_find(nullptr);
    io.iVersion = 2;
    io.xClose = [](sqlite3_file* f) {
        const int code = real_of(f)->pMethods ? real_of(f)->pMethods->xClose(real_of(f)) : SQLITE_OK;
        sqlite3_free(real_of(f));
        return code;
    };
    io.xRead = [](sqlite3_file* f, void* into, int n, sqlite3_int64 at) { return real_of(f)->pMethods->xRead(real_of(f), into, n, at); };
    io.xWrite = [](sqlite3_file* f, const void* from, int n, sqlite3_int64 at) {
        if (fault_now(fault_plan.write_in)) return fault_plan.code;
        return real_of(f)->pMethods->xWrite(real_of(f), from, n, at);
    };
    io.xTruncate = [](sqlite3_file* f, sqlite3_int64 size) { return real_of(f)->pMethods->xTruncate(real_of(f), size); };
    io.xSync = [](sqlite3_file* f, int flags) {
        if (fault_now(fault_plan.sync_in)) return SQLITE_IOERR_FSYNC;
        return real_of(f)->pMethods->xSync(real_of(f), flags);
    };
    io.xFileSize = [](sqlite3_file* f, sqlite3_int64* size) { return real_of(f)->pMethods->xFileSize(real_of(f), size); };
    io.xLock = [](sqlite3_file* f, int lock) { return real_of(f)->pMethods->xLock(real_of(f), lock); };
    io.xUnlock = [](sqlite3_file* f, int lock) { return real_of(f)->pMethods->xUnlock(real_of(f), lock); };
    io.xCheckReservedLock = [](sqlite3_file* f, int* out) { return real_of(f)->pMethods->xCheckReservedLock(real_of(f), out); };
    io.xFileControl = [](sqlite3_file* f, int op, void* arg) { return real_of(f)->pMethods->xFileControl(real_of(f), op, arg); };
    io.xSectorSize = [](sqlite3_file* f) { return real_of(f)->pMethods->xSectorSize(real_of(f)); };
    io.xDeviceCharacteristics = [](sqlite3_file* f) { return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f)); };
    io.xShmMap = [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
        return real_of(f)->pMethods->xShmMap(real_of(f), page, size, extend, out);
    };
    io.xShmLock = [](sqlite3_file* f, int at, int n, int flags) { return real_of(f)->pMethods->xShmLock(real_of(f), at, n, flags); };
    io.xShmBarrier = [](sqlite3_file* f) { real_of(f)->pMethods->xShmBarrier(real_of(f)); };
    io.xShmUnmap = [](sqlite3_file* f, int remove) { return real_of(f)->pMethods->xShmUnmap(real_of(f), remove); };
    vfs = *system;
    vfs.szOsFile = sizeof(FaultFile);
    vfs.pNext = nullptr;
    vfs.pAppData = system;
    vfs.xOpen = [](sqlite3_vfs* self, const char* name, sqlite3_file* f, int flags, int* out) {
        auto* under = static_cast<sqlite3_vfs*>(self->pAppData);
        auto* file = reinterpret_cast<FaultFile*>(f);
        file->real = static_cast<sqlite3_file*>(sqlite3_malloc(under->szOsFile));
        file->real->pMethods = nullptr;
        const int code = under->xOpen(under, name, file->real, flags, out);
        file->base.pMethods = &io;
        return code;
    };
    vfs.zName = "weir-fault";
    sqlite3_vfs_register(&vfs, 0);
    return vfs.zName;
}

}  // namespace weir::test
