using Byon.MediaNode.Core;
using Byon.MediaNode.Signalling;

namespace Byon.Tests.MediaNode.Tests.Signalling;

public class WakeupsTests
{
    private readonly Wakeups _wakeups = new();

    [Fact]
    public void The_earliest_deadline_comes_first_and_only_when_due()
    {
        var (late, early) = (new Clock(), new Clock());
        _wakeups.Set(late, new Instant(20));
        _wakeups.Set(early, new Instant(10));
        Assert.Equal(new Instant(10), _wakeups.Earliest);
        Assert.Null(_wakeups.TakeDue(new Instant(9)));
        Assert.Same(early, _wakeups.TakeDue(new Instant(10)));
        Assert.Null(_wakeups.TakeDue(new Instant(10)));
        Assert.Same(late, _wakeups.TakeDue(new Instant(99)));
        Assert.Null(_wakeups.Earliest);
    }

    [Fact]
    public void A_moved_deadline_counts_and_the_old_one_does_not()
    {
        var clock = new Clock();
        _wakeups.Set(clock, new Instant(10));
        _wakeups.Set(clock, new Instant(30));
        Assert.Null(_wakeups.TakeDue(new Instant(20)));
        _wakeups.Set(clock, new Instant(15));
        Assert.Same(clock, _wakeups.TakeDue(new Instant(20)));
        Assert.Null(_wakeups.TakeDue(new Instant(99)));
    }

    [Fact]
    public void A_deadline_that_is_taken_back_never_comes()
    {
        var clock = new Clock();
        _wakeups.Set(clock, new Instant(10));
        _wakeups.Set(clock, null);
        Assert.Null(_wakeups.Earliest);
        Assert.Null(_wakeups.TakeDue(new Instant(99)));
    }

    private sealed class Clock : Sleeper;
}
