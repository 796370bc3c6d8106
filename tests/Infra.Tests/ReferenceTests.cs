using Byon.Infra.Reference;
using Byon.Tests.TestKit;

namespace Byon.Tests.Infra.Tests;

/// <summary>What docs/ say about settings, keys, roles and alerts is what the sources say.</summary>
public class ReferenceTests
{
    [Theory]
    [InlineData("deploy.md")]
    [InlineData("operate.md")]
    public void The_tables_are_up_to_date(string page)
    {
        var text = File.ReadAllText(RepositoryRoot.Combine("docs", page));
        Assert.True(GeneratedTables.Refresh(text) == text, $"docs/{page} is out of date: run ./byon reference.");
    }

    [Fact]
    public void Every_setting_has_a_meaning() =>
        Assert.Empty(SettingsCatalog.All.Where(setting => setting.Meaning.Length == 0).Select(setting => setting.Name));

    [Fact]
    public void A_table_is_replaced_and_the_rest_of_the_page_stays()
    {
        var page = GeneratedTables.Refresh("# A\n\n<!-- generated: roles -->\nold\n<!-- end -->\n\nafter\n");
        Assert.StartsWith("# A\n\n<!-- generated: roles -->\n\n| identity |", page, StringComparison.Ordinal);
        Assert.EndsWith("|\n\n<!-- end -->\n\nafter\n", page, StringComparison.Ordinal);
        Assert.DoesNotContain("old", page, StringComparison.Ordinal);
        Assert.Equal(page, GeneratedTables.Refresh(page));
    }

    [Theory]
    [InlineData("<!-- generated: roles -->\n")]
    [InlineData("<!-- generated: weather -->\n<!-- end -->\n")]
    public void A_mark_that_makes_no_sense_is_refused(string page) =>
        Assert.Throws<InvalidDataException>(() => GeneratedTables.Refresh(page));
}
