using Byon.MediaNode.Core;
using Byon.MediaNode.Pool;
using Byon.Platform.Records;

namespace Byon.Tests.MediaNode.Tests.Pool;

public class SilentNodesTests
{
    private static readonly DateTimeOffset Wall = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly SilentNodes _silent = new("me");
    private Instant _now = new(TimeSpan.FromDays(5).Ticks);

    [Fact]
    public void A_node_whose_row_does_not_change_for_the_fresh_time_is_dead()
    {
        Assert.Empty(See(Node("other", 0)));
        After(11.9);
        Assert.Empty(See(Node("other", 0)));
        After(0.1);
        Assert.Equal("other", Assert.Single(See(Node("other", 0))).NodeId);
    }

    [Fact]
    public void A_beating_node_lives_whatever_its_clock_says()
    {
        for (var beat = 0; beat < 20; beat++)
        {
            Assert.Empty(See(Node("other", beat - 1_000_000)));
            After(5);
        }
    }

    [Fact]
    public void An_outage_of_the_table_starts_every_silence_anew()
    {
        See(Node("other", 0));
        After(11);
        _silent.Forget();
        Assert.Empty(See(Node("other", 0)));
        After(11);
        Assert.Empty(See(Node("other", 0)));
        After(1);
        Assert.Single(See(Node("other", 0)));
    }

    [Fact]
    public void A_farewell_counts_at_once()
    {
        See(Node("other", 0));
        Assert.Single(See(new NodeRecord("other", "http://x", NodeState.Draining, 0, 1, Wall, DateTimeOffset.UnixEpoch)));
    }

    [Fact]
    public void This_node_is_never_dead()
    {
        See(Node("me", 0));
        After(100);
        Assert.Empty(See(Node("me", 0)));
    }

    [Fact]
    public void A_clean_up_that_was_never_finished_is_done_by_the_first_living_node()
    {
        var gone = Node("dead", 0) with { State = NodeState.Gone };
        See(gone, Node("other", 1));
        After(59);
        Assert.Empty(See(gone, Node("other", 2)));
        After(1);
        Assert.Equal("dead", Assert.Single(See(gone, Node("other", 3))).NodeId);

        var second = new SilentNodes("zzz");
        second.Find([gone, Node("other", 1)], _now);
        Assert.DoesNotContain(second.Find([gone, Node("other", 2)], _now + TimeSpan.FromSeconds(60)), node => node.NodeId == "dead");
    }

    private static NodeRecord Node(string id, double beat) => new(id, "http://x", NodeState.Ready, 0, 1, Wall, Wall.AddSeconds(beat));

    private IReadOnlyList<NodeRecord> See(params NodeRecord[] rows) => _silent.Find(rows, _now);

    private void After(double seconds) => _now += TimeSpan.FromSeconds(seconds);
}
