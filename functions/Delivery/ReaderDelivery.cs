using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Platform.Stores;
using Microsoft.Extensions.Options;

namespace Byon.Functions.Delivery;

/// <summary>
/// Brings one reader up to date: takes the lease, reads the log from the cursor, delivers in order, moves the cursor. An event
/// is past only once its receiver has taken it (or refused it too often), so a crash anywhere repeats and never skips.
/// Operations for one event: lease 1, log 1, cursor and release 1.
/// </summary>
internal sealed class ReaderDelivery(
    ReaderStore readers, EventLog log, DeliveryQueue queue, UndeliveredStore undelivered, IEnumerable<IDeliveryTransport> transports,
    DeliveryMetrics metrics, TimeProvider clock, IOptions<DeliveryOptions> options, ILogger<ReaderDelivery> logger)
{
    private const int PageSize = 50;

    /// <summary>Deliveries after which the cursor is written: what a crash repeats at most.</summary>
    private const int UnsavedAtMost = 10;

    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);

    private readonly DeliveryOptions _options = options.Value;
    private readonly Dictionary<ReaderKind, IDeliveryTransport> _transports =
        transports.SelectMany(each => each.Kinds, (each, kind) => (kind, each)).ToDictionary(pair => pair.kind, pair => pair.each);

    private enum Step
    {
        UpToDate,

        /// <summary>The next try has been asked for.</summary>
        Postponed,
        LeaseLost,
        Over,
    }

    /// <param name="askedAgain">True where somebody asked for this reader since the log was last read.</param>
    public async Task RunAsync(StoredReader seen, Func<bool> askedAgain, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        if (await ReaderHold.TryTakeAsync(readers, seen, now, _options.LeaseTime, record => EndedInTime(record, now), cancel) is not { } hold)
        {
            await LeaveToHolderAsync(seen.Record, cancel);
            return;
        }

        var run = new Run(hold);
        while (true)
        {
            var step = await DeliverPendingAsync(run, cancel);
            if (step == Step.Postponed)
            {
                await hold.SaveAsync(record => Released(run.Apply(record)), cancel);
            }

            if (step != Step.UpToDate || (!askedAgain() && await hold.TryReleaseAsync(record => Released(run.Apply(record)), cancel)))
            {
                return;
            }
        }
    }

    /// <summary>
    /// Whoever delivers is told to look again before it stops; should it have died, the message comes back when its lease is over.
    /// </summary>
    private async Task LeaveToHolderAsync(ReaderRecord record, CancellationToken cancel)
    {
        await readers.TouchAsync(record, cancel);
        var left = record.Progress.LeaseUntil - clock.GetUtcNow();
        var delay = left > TimeSpan.Zero && left < _options.LeaseTime ? left : _options.LeaseTime;
        await queue.SendAsync(new DeliveryRequest(DeviceOf(record), null), delay + Slack, cancel);
    }

    private async Task<Step> DeliverPendingAsync(Run run, CancellationToken cancel)
    {
        if (run.Record is { EndReason: ReaderEndReason.SubscriptionDeleted })
        {
            return await EndAsync(run, cancel);
        }

        for (var more = true; more;)
        {
            var page = await log.ReadAsync(DeviceOf(run.Record), run.Progress.Cursor, PageSize, cancel);
            more = page.Count == PageSize;
            foreach (var entry in page)
            {
                if (await PassAsync(run, entry, cancel) is { } stop)
                {
                    return stop;
                }

                if (run.Record.State == ReaderState.Ending && run.Record.EndReason == ReaderEndReason.MaxEventsReached)
                {
                    return await EndAsync(run, cancel);
                }
            }
        }

        return run.Record.State == ReaderState.Ending ? await EndAsync(run, cancel) : Step.UpToDate;
    }

    /// <summary>Takes the reader past one event; a step where it cannot go on.</summary>
    private async Task<Step?> PassAsync(Run run, DeviceEvent entry, CancellationToken cancel)
    {
        if (!IsFor(run.Record, entry))
        {
            run.Progress = run.Progress with { Cursor = entry.Position };
            return null;
        }

        if (!await KeepLeaseAsync(run, cancel))
        {
            return Step.LeaseLost;
        }

        var outgoing = new OutgoingEvent(entry.EventId, entry, CloudEventWriter.Write(entry, run.Record));
        var outcome = await TryAsync(run.Record, outgoing, cancel);
        switch (outcome.Verdict)
        {
            case DeliveryVerdict.Delivered:
                metrics.DeliveredAt(clock.GetUtcNow() - entry.Time);
                run.Passed(entry, delivered: true);
                return run.Record.MaxEvents <= run.Progress.Delivered ? await BeginEndAsync(run, ReaderEndReason.MaxEventsReached, cancel) : null;
            case DeliveryVerdict.Gone:
                return await BeginEndAsync(run, ReaderEndReason.NetworkTerminated, cancel) ?? await CloseAsync(run, cancel);
            case DeliveryVerdict.Refused when run.Progress.Failures + 1 >= _options.MaximumRefusals:
                await SetAsideAsync(run, entry, outcome, cancel);
                return null;
            default:
                return await PostponeAsync(run, outcome, cancel);
        }
    }

    private async Task SetAsideAsync(Run run, DeviceEvent entry, DeliveryOutcome outcome, CancellationToken cancel)
    {
        var attempts = run.Progress.Failures + 1;
        await undelivered.PutAsync(
            new UndeliveredRecord(run.Record.ReaderId, entry.EventId, entry.Position, outcome.Cause, attempts, clock.GetUtcNow()), cancel);
        metrics.SetAside();
        logger.SetAside(run.Record.ReaderId, entry.EventId, outcome.Cause, attempts);
        run.Passed(entry, delivered: false);
    }

    /// <summary>Asks for the next try, or ends a reader that has not been reached for too long.</summary>
    private async Task<Step?> PostponeAsync(Run run, DeliveryOutcome outcome, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        run.Failed(now);
        if (now - run.Progress.FailingSince >= _options.GiveUpAfter)
        {
            return await BeginEndAsync(run, ReaderEndReason.NetworkTerminated, cancel) ?? await EndAsync(run, cancel);
        }

        var pause = RetrySchedule.PauseAfter(run.Progress.Failures, Random.Shared.NextDouble(), outcome.RetryAfter, _options);
        logger.TriedInVain(run.Record.ReaderId, outcome.Cause, run.Progress.Failures, pause);

        // Asked for before it is written down: a crash between the two repeats the try, and does not forget it.
        await queue.SendAsync(new DeliveryRequest(DeviceOf(run.Record), run.Record.ReaderId), pause, cancel);
        run.Progress = run.Progress with { RetryAt = now + pause };
        return Step.Postponed;
    }

    /// <summary>Tells the receiver that the reader has ended, and closes it.</summary>
    private async Task<Step> EndAsync(Run run, CancellationToken cancel)
    {
        if (run.Record.Dialect == EventDialect.Byon)
        {
            return await CloseAsync(run, cancel);
        }

        if (!await KeepLeaseAsync(run, cancel))
        {
            return Step.LeaseLost;
        }

        var now = clock.GetUtcNow();
        var eventId = Guid.NewGuid().ToString();
        var outcome = await TryAsync(run.Record, new OutgoingEvent(eventId, null, CloudEventWriter.WriteSubscriptionEnded(run.Record, eventId, now)), cancel);
        var isLastTry = run.Progress.Failures + 1 >= _options.MaximumRefusals || now - run.Progress.FailingSince >= _options.GiveUpAfter;
        if (outcome.Verdict is DeliveryVerdict.Delivered or DeliveryVerdict.Gone || isLastTry)
        {
            return await CloseAsync(run, cancel);
        }

        return await PostponeAsync(run, outcome, cancel) ?? Step.UpToDate;
    }

    /// <summary>The last write: a deleted subscription's row goes, any other stays readable for a while, without its credential.</summary>
    private async Task<Step> CloseAsync(Run run, CancellationToken cancel)
    {
        if (run.Record.EndReason == ReaderEndReason.SubscriptionDeleted)
        {
            await run.Hold.DeleteAsync(cancel);
            await log.RetractReadersAsync(DeviceOf(run.Record), async () => (await readers.ListAsync(DeviceOf(run.Record), cancel)).Count > 0, cancel);
        }
        else if (!await run.Hold.SaveAsync(record => Closed(run.Apply(record)), cancel))
        {
            return Step.LeaseLost;
        }

        metrics.Ended(run.Record.EndReason);
        logger.ReaderEnded(run.Record.ReaderId, run.Record.EndReason);
        return Step.Over;
    }

    /// <summary>Null once it is written that the reader ends.</summary>
    private async Task<Step?> BeginEndAsync(Run run, ReaderEndReason reason, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        return await run.SaveAsync(record => Ending(record, reason, now), cancel) ? null : Step.LeaseLost;
    }

    private async Task<bool> KeepLeaseAsync(Run run, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        if (run.Unsaved < UnsavedAtMost && run.Record.Progress.LeaseUntil - now >= _options.Timeout + Slack)
        {
            return true;
        }

        run.Progress = run.Progress with { LeaseUntil = now + _options.LeaseTime };
        return await run.SaveAsync(record => record, cancel);
    }

    private async Task<DeliveryOutcome> TryAsync(ReaderRecord record, OutgoingEvent outgoing, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(_options.Timeout);
        var outcome = await _transports[record.Kind].SendAsync(record, outgoing, limit.Token);
        cancel.ThrowIfCancellationRequested();
        metrics.Tried(record.Kind, outcome.Verdict);
        return outcome;
    }

    private static bool IsFor(ReaderRecord reader, DeviceEvent entry) =>
        EventTypes.AreTold(reader.Kinds, entry.Data)
        && (reader.CallId is null || entry.Data is not CallEventData call || call.CallId == reader.CallId)
        && (reader.EndedAt is not { } end || entry.Time <= end);

    private static ReaderRecord EndedInTime(ReaderRecord record, DateTimeOffset now) =>
        record.End is { } end && end.At <= now ? Ending(record, end.Why, end.At) : record;

    private static ReaderRecord Ending(ReaderRecord record, ReaderEndReason reason, DateTimeOffset at) =>
        record.State == ReaderState.Active ? record with { State = ReaderState.Ending, EndReason = reason, EndedAt = at } : record;

    private static ReaderRecord Released(ReaderRecord record) => record with { Progress = record.Progress with { LeaseHolder = null } };

    private static ReaderRecord Closed(ReaderRecord record) =>
        Released(record) with { State = ReaderState.Ended, Credential = null };

    private static DeviceKey DeviceOf(ReaderRecord record) => new(record.PhoneNumber, record.DeviceId);

    /// <summary>How far this run has come, ahead of what is written of it.</summary>
    private sealed class Run(ReaderHold hold)
    {
        private long _saved = hold.Record.Progress.Delivered;

        public ReaderHold Hold => hold;

        public ReaderRecord Record => hold.Record;

        public ReaderProgress Progress { get; set; } = hold.Record.Progress with { RetryAt = null };

        public long Unsaved => Progress.Delivered - _saved;

        public void Passed(DeviceEvent entry, bool delivered) => Progress = Progress with
        {
            Cursor = entry.Position,
            Delivered = Progress.Delivered + (delivered ? 1 : 0),
            Failures = 0,
            FailingSince = delivered ? null : Progress.FailingSince,
        };

        public void Failed(DateTimeOffset now) =>
            Progress = Progress with { Failures = Progress.Failures + 1, FailingSince = Progress.FailingSince ?? now };

        public ReaderRecord Apply(ReaderRecord record) => record with { Progress = Progress };

        public async Task<bool> SaveAsync(Func<ReaderRecord, ReaderRecord> change, CancellationToken cancel)
        {
            var isSaved = await hold.SaveAsync(record => change(Apply(record)), cancel);
            _saved = Progress.Delivered;
            return isSaved;
        }
    }
}
