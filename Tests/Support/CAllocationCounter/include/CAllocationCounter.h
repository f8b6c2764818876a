#ifndef NOVATRACE_ALLOCATION_COUNTER_H
#define NOVATRACE_ALLOCATION_COUNTER_H

/// How many times memory was allocated by this process so far, by any thread: calls of malloc, calloc, realloc,
/// posix_memalign, aligned_alloc and memalign.
unsigned long novatrace_allocations(void);

#endif
