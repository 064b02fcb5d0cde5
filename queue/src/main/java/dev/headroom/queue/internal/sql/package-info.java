/**
 * Not API: the statements of the job queue.
 *
 * <ul>
 *   <li>Which database: {@code Schema} finds the {@code Dialect} and installs the tables. PostgreSQL, MariaDB and H2 have one each, with
 *       its claims beside it.
 *   <li>Into the queue: {@code JobInserts} of {@code NewJob}s; {@code UniqueJobs} and {@code UniqueWindows} where there may be one.
 *   <li>Out of it: a {@code Claim} finds {@code ClaimedJob}s, or {@code LockedJob}s, by priority and criticality ({@code Slot}), from a
 *       position on ({@code Floors}) and in turns ({@code Lanes}); {@code LimitTable} and {@code LimitRows} put those aside that are beyond
 *       the {@code Allowance} of their key.
 *   <li>Live jobs until their end: {@code JobTable}, {@code StepTable}, {@code Cancellations}.
 *   <li>What comes of an end: {@code ResultTable}, {@code DeadTable}, {@code BatchTable} and {@code BatchEnds}.
 *   <li>Around them: {@code NodeTable} (leases), {@code ScheduleTable}, {@code QueueTable} and {@code QueueCounts}; {@code ManualTime} for
 *       the test kit.
 *   <li>Statements themselves: {@code Sql} runs them and tells failures apart, as {@code Outage} does; {@code Ids}, {@code Keys},
 *       {@code Rows} and {@code Chunks} are many parameters; {@code TellingConnection} and {@code TimedConnection} limit their waits.
 * </ul>
 */
@NullMarked
package dev.headroom.queue.internal.sql;

import org.jspecify.annotations.NullMarked;
