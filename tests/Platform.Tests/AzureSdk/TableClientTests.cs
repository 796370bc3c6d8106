using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;

namespace Byon.Tests.Platform.Tests.AzureSdk;

[Collection(AzuriteCollection.Name)]
public class TableClientTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private static readonly DateTimeOffset Time = new(2026, 11, 21, 10, 11, 12, 345, TimeSpan.Zero);

    private readonly TableClient _table = azurite.Tables.GetTableClient("t" + Guid.NewGuid().ToString("N"));

    public Task InitializeAsync() => _table.CreateIfNotExistsAsync();

    public Task DisposeAsync() => _table.DeleteAsync();

    [Fact]
    public async Task Every_type_of_property_comes_back_as_it_was()
    {
        var written = new TableEntity("p", "r")
        {
            ["Text"] = "quote ' and ünïcode 📱",
            ["Int"] = int.MinValue,
            ["Long"] = long.MaxValue,
            ["Whole"] = 1.0,
            ["Double"] = 0.1,
            ["Infinite"] = double.PositiveInfinity,
            ["Flag"] = true,
            ["Guid"] = Guid.NewGuid(),
            ["Time"] = Time,
            ["Bytes"] = new byte[] { 0, 1, 255 },
            ["Nothing"] = null!,
        };
        await _table.AddEntityAsync(written);

        var read = (await _table.GetEntityAsync<TableEntity>("p", "r")).Value;

        Assert.Equal(written.GetString("Text"), read.GetString("Text"));
        Assert.Equal(int.MinValue, read.GetInt32("Int"));
        Assert.Equal(long.MaxValue, read.GetInt64("Long"));
        Assert.Equal(1.0, Convert.ToDouble(read["Whole"], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(0.1, read.GetDouble("Double"));
        Assert.Equal(double.PositiveInfinity, read.GetDouble("Infinite"));
        Assert.True(read.GetBoolean("Flag"));
        Assert.Equal(written.GetGuid("Guid"), read.GetGuid("Guid"));
        Assert.Equal(Time, read.GetDateTimeOffset("Time"));
        Assert.Equal([0, 1, 255], read.GetBinary("Bytes"));
        Assert.False(read.ContainsKey("Nothing"));
        Assert.Null(read.GetString("Nothing"));
        Assert.NotEqual(default, read.ETag);
        Assert.NotNull(read.Timestamp);
        Assert.Throws<InvalidOperationException>(() => read.GetInt32("Text"));
    }

    [Theory]
    [InlineData("it's", "o''clock")]
    [InlineData("a b+c%20&d=e", "($filter=x)")]
    [InlineData("ünïcode", "📱")]
    public async Task Keys_may_hold_any_allowed_text(string partition, string row)
    {
        await _table.AddEntityAsync(new TableEntity(partition, row) { ["A"] = "1" });
        await _table.UpsertEntityAsync(new TableEntity(partition, row) { ["B"] = "2" }, TableUpdateMode.Merge);

        var read = (await _table.GetEntityAsync<TableEntity>(partition, row)).Value;
        Assert.Equal(("1", "2"), (read.GetString("A"), read.GetString("B")));
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey eq {row}");
        Assert.Single(await ListAsync(_table.QueryAsync<TableEntity>(filter)));
        await _table.DeleteEntityAsync(partition, row);
        Assert.False((await _table.GetEntityIfExistsAsync<TableEntity>(partition, row)).HasValue);
    }

    [Fact]
    public async Task Conditions_are_kept_and_failures_have_the_services_codes()
    {
        var first = await _table.AddEntityAsync(new TableEntity("p", "r") { ["A"] = 1, ["B"] = 1 });
        var exists = await Assert.ThrowsAsync<RequestFailedException>(() => _table.AddEntityAsync(new TableEntity("p", "r")));
        Assert.Equal((409, true), (exists.Status, exists.ErrorCode == TableErrorCode.EntityAlreadyExists));

        await _table.UpdateEntityAsync(new TableEntity("p", "r") { ["A"] = 2 }, first.Headers.ETag!.Value, TableUpdateMode.Merge);
        var stale = await Assert.ThrowsAsync<RequestFailedException>(
            () => _table.UpdateEntityAsync(new TableEntity("p", "r") { ["A"] = 3 }, first.Headers.ETag!.Value));
        Assert.Equal((412, true), (stale.Status, stale.ErrorCode == TableErrorCode.UpdateConditionNotSatisfied));
        var staleDelete = await Assert.ThrowsAsync<RequestFailedException>(() => _table.DeleteEntityAsync("p", "r", first.Headers.ETag!.Value));
        Assert.Equal(412, staleDelete.Status);

        var read = (await _table.GetEntityAsync<TableEntity>("p", "r")).Value;
        Assert.Equal((2, 1), (read.GetInt32("A"), read.GetInt32("B")));
        await _table.UpdateEntityAsync(new TableEntity("p", "r") { ["A"] = 4 }, read.ETag, TableUpdateMode.Replace);
        Assert.Null((await _table.GetEntityAsync<TableEntity>("p", "r")).Value.GetInt32("B"));

        var missing = await Assert.ThrowsAsync<RequestFailedException>(() => _table.GetEntityAsync<TableEntity>("p", "none"));
        Assert.Equal((404, true), (missing.Status, missing.ErrorCode == TableErrorCode.ResourceNotFound));
        Assert.Equal(404, (await _table.DeleteEntityAsync("p", "none")).Status);
        await Assert.ThrowsAsync<RequestFailedException>(() => _table.UpdateEntityAsync(new TableEntity("p", "none"), ETag.All));
    }

    [Fact]
    public async Task Creating_a_table_again_is_no_fault() => Assert.Equal(_table.Name, (await _table.CreateIfNotExistsAsync()).Value.Name);

    [Fact]
    public async Task A_transaction_is_all_or_nothing_and_names_the_refused_action()
    {
        await _table.AddEntityAsync(new TableEntity("p", "taken"));
        TableTransactionAction[] actions =
        [
            new(TableTransactionActionType.Add, new TableEntity("p", "new")),
            new(TableTransactionActionType.UpsertReplace, new TableEntity("p", "other") { ["Text"] = "--changeset\r\nHTTP/1.1 500 ü" }),
            new(TableTransactionActionType.Add, new TableEntity("p", "taken")),
        ];

        var refused = await Assert.ThrowsAsync<TableTransactionFailedException>(() => _table.SubmitTransactionAsync(actions));
        Assert.Equal((409, "EntityAlreadyExists"), (refused.Status, refused.ErrorCode));
        Assert.Equal(2, refused.FailedTransactionActionIndex);
        Assert.Single(await ListAsync(_table.QueryAsync<TableEntity>()));

        var answers = (await _table.SubmitTransactionAsync(actions[..2])).Value;
        Assert.All(answers, answer => Assert.Equal(204, answer.Status));
        var read = (await _table.GetEntityAsync<TableEntity>("p", "other")).Value;
        Assert.Equal("--changeset\r\nHTTP/1.1 500 ü", read.GetString("Text"));
        Assert.Equal(read.ETag, answers[1].Headers.ETag);
    }

    [Fact]
    public async Task Conditions_hold_inside_a_transaction()
    {
        var old = (await _table.AddEntityAsync(new TableEntity("p", "r"))).Headers.ETag!.Value;
        await _table.UpsertEntityAsync(new TableEntity("p", "r") { ["A"] = 1 });

        var refused = await Assert.ThrowsAsync<TableTransactionFailedException>(() => _table.SubmitTransactionAsync(
            [new(TableTransactionActionType.Add, new TableEntity("p", "x")), new(TableTransactionActionType.Delete, new TableEntity("p", "r"), old)]));

        Assert.Equal(412, refused.Status);
        Assert.False((await _table.GetEntityIfExistsAsync<TableEntity>("p", "x")).HasValue);
    }

    [Fact]
    public async Task A_long_result_comes_page_by_page()
    {
        for (var batch = 0; batch < 12; batch++)
        {
            await _table.SubmitTransactionAsync(Enumerable.Range(batch * 100, 100).Select(at =>
                new TableTransactionAction(TableTransactionActionType.Add, new TableEntity("p", at.ToString("D5", System.Globalization.CultureInfo.InvariantCulture)) { ["N"] = at, ["M"] = at })));
        }

        var all = await ListAsync(_table.QueryAsync<TableEntity>("PartitionKey eq 'p'", select: ["N"]));
        Assert.Equal(Enumerable.Range(0, 1_200), all.Select(row => row.GetInt32("N")!.Value));
        Assert.All(all, row => Assert.Null(row.GetInt32("M")));

        List<int> pages = [];
        await foreach (var page in _table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"N ge {900}"), maxPerPage: 120).AsPages())
            pages.Add(page.Values.Count);
        Assert.Equal(300, pages.Sum());
        Assert.All(pages, count => Assert.True(count <= 120));
    }

    [Fact]
    public void A_filter_quotes_its_values() => Assert.Equal(
        "A eq 'it''s' and B eq true and C eq 5 and D eq 5L and E eq datetime'2026-11-21T10:11:12.3450000Z' and F eq X'00ff'",
        TableClient.CreateQueryFilter($"A eq {"it's"} and B eq {true} and C eq {5} and D eq {5L} and E eq {Time} and F eq {new byte[] { 0, 255 }}"));

    [Theory]
    [InlineData("AccountName=a;AccountKey=a2V5", "https://a.table.core.windows.net/")]
    [InlineData("AccountName=a;AccountKey=a2V5;EndpointSuffix=core.example", "https://a.table.core.example/")]
    [InlineData("AccountName=a;AccountKey=a2V5;TableEndpoint=http://127.0.0.1:9/a/", "http://127.0.0.1:9/a")]
    [InlineData("UseDevelopmentStorage=true", "http://127.0.0.1:10002/devstoreaccount1")]
    public void A_connection_string_says_where_the_tables_are(string connectionString, string expected) =>
        Assert.Equal(expected, new TableServiceClient(connectionString).Uri.AbsoluteUri);

    [Theory]
    [InlineData("AccountName=a")]
    [InlineData("nonsense")]
    public void A_connection_string_that_lacks_something_is_refused(string connectionString) =>
        Assert.Throws<FormatException>(() => new TableServiceClient(connectionString));

    private static async Task<List<TableEntity>> ListAsync(AsyncPageable<TableEntity> rows)
    {
        List<TableEntity> list = [];
        await foreach (var row in rows)
            list.Add(row);
        return list;
    }
}
