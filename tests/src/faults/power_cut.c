/* What a power cut leaves: the bytes and the names that were synced, and nothing else.
 *
 * Preloaded into a server. After each sync that went well it keeps a copy of the file as it is then, or the list of the
 * folder's names, in the folder PEYGIR_TEST_DISK, before the server learns that the sync is done. A file is known by its
 * number and the time of its making, since numbers are used again. While a file `lies` is there, nothing is kept: a disk that
 * says "done" and did nothing.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, KEY_BYTES = 64, PIECE_BYTES = 1 << 16 };

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

static void broken(const char *what) {
    fprintf(stderr, "power_cut: %s\n", what);
    abort();
}

static unsigned key_of(int folder, const char *name, int flags, char *key) {
    struct statx found;
    if (statx(folder, name, flags, STATX_BASIC_STATS | STATX_BTIME, &found) != 0) return 0;
    snprintf(key, KEY_BYTES, "%llu-%lld.%09u", (unsigned long long)found.stx_ino, (long long)found.stx_btime.tv_sec,
             found.stx_btime.tv_nsec);
    return found.stx_mode & S_IFMT;
}

static void keep_bytes(int from, FILE *to) {
    static char piece[PIECE_BYTES];
    off_t at = 0;
    ssize_t count;
    while ((count = pread(from, piece, sizeof piece, at)) > 0) {
        if (fwrite(piece, 1, (size_t)count, to) != (size_t)count) broken("a copy can't be written");
        at += count;
    }
    if (count < 0) broken("a file can't be read");
}

static void keep_names(int folder, FILE *to) {
    DIR *names = fdopendir(dup(folder));
    if (!names) broken("a folder can't be read");
    struct dirent *entry;
    while ((entry = readdir(names))) {
        char key[KEY_BYTES];
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
        unsigned kind = key_of(folder, entry->d_name, AT_SYMLINK_NOFOLLOW, key);
        if (kind == S_IFREG || kind == S_IFDIR) fprintf(to, "%c %s %s\n", kind == S_IFDIR ? 'd' : 'f', key, entry->d_name);
    }
    closedir(names);
}

static void keep(int fd) {
    const char *disk = getenv("PEYGIR_TEST_DISK");
    char path[PATH_BYTES], temporary[PATH_BYTES], self[KEY_BYTES], key[KEY_BYTES];
    if (!disk) return;
    snprintf(path, sizeof path, "%s/lies", disk);
    if (access(path, F_OK) == 0) return;
    unsigned kind = key_of(fd, "", AT_EMPTY_PATH, key);
    if (kind != S_IFREG && kind != S_IFDIR) return;
    /* Opened anew: it may be open for writing alone. */
    snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    int from = open(self, O_RDONLY | O_CLOEXEC);
    snprintf(temporary, sizeof temporary, "%s/new", disk);
    FILE *to = fopen(temporary, "we");
    if (from < 0 || !to) broken("a copy can't be begun");
    if (kind == S_IFDIR) keep_names(from, to);
    else keep_bytes(from, to);
    if (fclose(to) != 0) broken("a copy can't be ended");
    close(from);
    /* Whole or not there: the server may be killed meanwhile. */
    snprintf(path, sizeof path, "%s/%s/%s", disk, kind == S_IFDIR ? "names" : "bytes", key);
    if (rename(temporary, path) != 0) broken("a copy can't be kept");
}

static int synced(const char *name, int fd) {
    int (*of_system)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    if (!of_system) broken("the system has no sync");
    int result = of_system(fd);
    if (result != 0) return result;
    pthread_mutex_lock(&one_at_a_time);
    keep(fd);
    pthread_mutex_unlock(&one_at_a_time);
    return result;
}

int fsync(int fd) { return synced("fsync", fd); }

int fdatasync(int fd) { return synced("fdatasync", fd); }
