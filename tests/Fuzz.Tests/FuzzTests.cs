namespace Byon.Tests.Fuzz.Tests;

/// <summary>What once failed does not fail again, and a short run by a fixed seed finds nothing new. <c>./byon fuzz</c> runs for longer.</summary>
public class FuzzTests
{
    /// <summary>Inputs made for each target; those that cost more get fewer.</summary>
    private static readonly Dictionary<string, int> Runs = new()
    {
        ["agent"] = 1_500,
        ["media"] = 250,
        ["video"] = 250,
        ["decoder"] = 400,
        ["dtls"] = 400,
        ["pidf"] = 600,
        ["reginfo"] = 400,
        ["calls"] = 8,
    };

    public static TheoryData<string> Targets => [.. FuzzTargets.All.Select(t => t.Name)];

    public static TheoryData<string, string> Regressions
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var target in FuzzTargets.All)
            {
                foreach (var file in Corpus.Files("regressions", target)) data.Add(target.Name, Path.GetFileName(file));
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Regressions))]
    public void What_once_failed_holds(string target, string file)
    {
        var found = Find(target);
        AssertHolds(FuzzRunner.Check(found, Corpus.Read(Corpus.Files("regressions", found).Single(f => Path.GetFileName(f) == file))));
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void A_short_run_finds_nothing(string target)
    {
        var found = Find(target);
        var runner = new FuzzRunner(found, Corpus.Of(found), seed: 20_26);
        runner.Run(Runs.GetValueOrDefault(target, 3_000));
        AssertHolds(runner.Faults.FirstOrDefault());
        Assert.True(runner.Reached > 2, "the corpus makes nothing happen");
    }

    [Fact]
    public void Every_folder_belongs_to_a_target()
    {
        foreach (var kind in (string[])["corpus", "regressions"])
        {
            foreach (var folder in Directory.GetDirectories(Path.Combine(Corpus.Folder, kind)))
                Assert.Contains(Path.GetFileName(folder), FuzzTargets.All.Select(t => t.Name));
        }
    }

    private static FuzzTarget Find(string name) => FuzzTargets.All.Single(t => t.Name == name);

    private static void AssertHolds(FuzzFault? fault) =>
        Assert.True(fault is null, $"{fault?.Place}\n{fault?.Detail}\n{Convert.ToHexString(fault?.Input ?? [])}");
}
