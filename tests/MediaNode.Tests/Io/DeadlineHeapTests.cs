using Byon.MediaNode.Core;
using Byon.MediaNode.Io;

namespace Byon.Tests.MediaNode.Tests.Io;

public sealed class DeadlineHeapTests
{
    private readonly DeadlineHeap<Entry> _heap = new();

    [Fact]
    public void NothingIsDueInAnEmptyHeap()
    {
        Assert.Null(_heap.Earliest);
        Assert.Null(_heap.Due(new Instant(long.MaxValue)));
    }

    /// <summary>Against a plain list, with a fixed seed: set, move, take out, and ask for the earliest.</summary>
    [Fact]
    public void AgreesWithASortedListWhateverIsSetMovedOrTakenOut()
    {
        var random = new Random(8);
        Entry[] entries = [.. Enumerable.Range(0, 40).Select(_ => new Entry())];
        var expected = new Dictionary<Entry, long>();
        for (var i = 0; i < 20_000; i++)
        {
            var entry = entries[random.Next(entries.Length)];
            if (random.Next(4) == 0)
            {
                _heap.Set(entry, null);
                expected.Remove(entry);
            }
            else
            {
                var at = random.Next(1000);
                _heap.Set(entry, new Instant(at));
                expected[entry] = at;
            }

            Assert.Equal(expected.Count == 0 ? null : expected.Values.Min(), _heap.Earliest?.Ticks);
            var now = random.Next(1000);
            var due = _heap.Due(new Instant(now));
            Assert.Equal(expected.Values.Any(at => at <= now), due is not null);
            if (due is not null) Assert.Equal(expected.Values.Min(), expected[due]);
        }
    }

    private sealed class Entry : DeadlineEntry;
}
