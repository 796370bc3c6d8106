using System.Globalization;
using Byon.MediaNode.Native;

namespace Byon.Tests.MediaNode.Tests.Native;

public sealed class ProcessorTests
{
    [Fact]
    public void A_preferred_thread_goes_before_others_and_no_other_thread_changes()
    {
        var (before, after, allowed) = (0, 0, false);
        var thread = new Thread(() => (before, allowed, after) = (OwnNice(), Processor.TryPrefer(), OwnNice()));
        thread.Start();
        thread.Join();

        Assert.Equal(allowed ? -10 : before, after);
        Assert.Equal(before, OwnNice());
    }

    /// <summary>Field 19 of proc(5)'s stat, counted behind the name, which may hold spaces.</summary>
    private static int OwnNice()
    {
        var stat = File.ReadAllText("/proc/thread-self/stat");
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19 - 3], CultureInfo.InvariantCulture);
    }
}
