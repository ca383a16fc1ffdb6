// SPDX-License-Identifier: Apache-2.0
//
// Threads that begin together.

#define _GNU_SOURCE
#include "workload.h"

#include <time.h>

struct member {
    pthread_t thread;
    int number;
    struct team *team;
};

struct team {
    pthread_barrier_t start;
    member_body body;
    void *shared;
    struct member members[MAX_THREADS];
};

static void *run_member(void *argument) {
    struct member *member = argument;
    pthread_barrier_wait(&member->team->start);
    member->team->body(member->number, member->team->shared);
    return NULL;
}

void start_thread(pthread_t *thread, void *(*body)(void *), void *argument) {
    if (pthread_create(thread, NULL, body, argument)) fail("cannot start a thread");
}

void wait_seconds(double seconds) {
    struct timespec time = {.tv_sec = (time_t)seconds, .tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9)};
    clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL);
}

uint64_t run_team(int count, member_body body, void *shared, atomic_int *stop, double seconds) {
    struct team team;
    team.body = body;
    team.shared = shared;
    pthread_barrier_init(&team.start, NULL, (unsigned)count + 1);
    for (int i = 0; i < count; i++) {
        team.members[i].number = i;
        team.members[i].team = &team;
        start_thread(&team.members[i].thread, run_member, &team.members[i]);
    }
    uint64_t start_ns = now_ns();
    pthread_barrier_wait(&team.start);
    if (seconds > 0) {
        wait_seconds(seconds);
        atomic_store(stop, 1);
    }
    for (int i = 0; i < count; i++) pthread_join(team.members[i].thread, NULL);
    uint64_t elapsed_ns = now_ns() - start_ns;
    pthread_barrier_destroy(&team.start);
    return elapsed_ns;
}
