using System.Net;
using Azure;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Byon.Local.Azurite;
using Byon.Platform;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Platform.Stores;
using Byon.Tests.TestKit;

namespace Byon.Tests.Platform.Tests.AzureSdk;

/// <summary>What a storage service does on bad days: throttle, break, answer late, lose answers, page oddly.</summary>
[Collection(AzuriteCollection.Name)]
public class TableFaultTests(AzuriteFixture azurite)
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_busy_service_is_asked_again_with_a_fresh_signature()
    {
        List<string> dates = [];
        var store = new NodeStore(Client(async (request, number, send) =>
        {
            dates.Add(request.Headers.GetValues("Authorization").Single());
            return number <= 2 ? Busy() : await send();
        }));

        Assert.Null(await store.GetAsync("nobody", default));

        Assert.Equal(3, dates.Count);
    }

    [Fact]
    public async Task A_service_that_stays_busy_fails_with_its_status_after_three_tries()
    {
        var handler = new ScriptedHandler((_, _, _) => Task.FromResult(Busy()));

        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => new NodeStore(Client(handler)).ListAsync(default));

        Assert.Equal(503, failure.Status);
        Assert.Equal(3, handler.Requests);
    }

    [Fact]
    public async Task A_service_that_is_not_there_is_a_failed_request_of_status_0()
    {
        var handler = new ScriptedHandler((_, _, _) => throw new HttpRequestException("Connection refused"));

        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => new NodeStore(Client(handler)).ListAsync(default));

        Assert.Equal(0, failure.Status);
        Assert.Equal(3, handler.Requests);
    }

    [Fact]
    public async Task A_service_that_never_answers_is_given_up_and_is_a_failed_request_of_status_0()
    {
        var handler = new ScriptedHandler((_, _, _) => new TaskCompletionSource<HttpResponseMessage>().Task);

        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => new NodeStore(Client(handler)).ListAsync(default));

        Assert.Equal(0, failure.Status);
    }

    [Fact]
    public async Task A_caller_that_cancels_gets_its_own_cancellation()
    {
        using var caller = new CancellationTokenSource();
        var handler = new ScriptedHandler(async (_, _, _) =>
        {
            await caller.CancelAsync();
            return Busy();
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new NodeStore(Client(handler)).ListAsync(caller.Token));
    }

    [Fact]
    public async Task An_empty_page_with_a_continuation_is_not_the_end()
    {
        List<string> queries = [];
        var store = new NodeStore(Client((request, number, _) =>
        {
            queries.Add(request.RequestUri!.Query);
            var page = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(number < 3 ? """{"value":[]}""" : NodePage) };
            if (number < 3)
                page.Headers.Add("x-ms-continuation-NextPartitionKey", $"1!8!{number}");
            if (number == 2)
                page.Headers.Add("x-ms-continuation-NextRowKey", "1!4!cg--");
            return Task.FromResult(page);
        }));

        var nodes = await store.ListAsync(default);

        Assert.Equal("node-7", Assert.Single(nodes).NodeId);
        Assert.DoesNotContain("NextPartitionKey", queries[0], StringComparison.Ordinal);
        Assert.EndsWith("&NextPartitionKey=1%218%211", queries[1], StringComparison.Ordinal);
        Assert.EndsWith("&NextPartitionKey=1%218%212&NextRowKey=1%214%21cg--", queries[2], StringComparison.Ordinal);
        Assert.All(queries, query => Assert.Contains("$filter=PartitionKey%20eq%20%27node%27", query, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_reservation_whose_answer_was_lost_is_the_callers_own()
    {
        var record = new RegistrationRecord("r-1", AzuriteFixture.NewNumber(), "laptop", "c", "s", "node-1", RegistrationState.Registering, Now, Now.AddHours(1));
        var store = new RegistrationStore(Client(LosesFirst("$batch")));

        Assert.Equal(Reservation.Made, await store.ReserveAsync(record, new RegistrationLimits(10, 10, 10), Now, default));

        Assert.Equal([record], await store.ListByNumberAsync(record.PhoneNumber, default));
        Assert.Equal([record], (await store.ListByNodeAsync("node-1", default)).Where(found => found.PhoneNumber == record.PhoneNumber));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task An_event_whose_answer_was_lost_is_logged_once(int lost)
    {
        var device = new DeviceKey(AzuriteFixture.NewNumber(), "laptop");
        var batches = 0;
        var log = new EventLog(Client(async (request, _, send) =>
            request.RequestUri!.AbsolutePath.EndsWith("$batch", StringComparison.Ordinal) && ++batches == lost ? await ScriptedHandler.LoseAnswerAsync(send) : await send()));

        for (var at = 1; at <= 3; at++)
            Assert.Equal(at, (await log.AppendAsync(device, Ended(at), Now, default)).Position);

        Assert.Equal(["1", "2", "3"], (await log.ReadAsync(device, 0, 10, default)).Select(entry => ((RegistrationEndedData)entry.Data).RegistrationId));
        Assert.Equal(4, batches);
    }

    [Fact]
    public async Task An_event_that_failed_in_doubt_is_not_logged_twice_when_it_is_appended_again()
    {
        var device = new DeviceKey(AzuriteFixture.NewNumber(), "laptop");
        var broken = true;
        var log = new EventLog(Client(async (request, number, send) => !broken ? await send()
            : number == 1 || request.Method == HttpMethod.Post && number == 2 ? await ScriptedHandler.LoseAnswerAsync(send)
            : throw new HttpRequestException("Connection refused")));
        await Assert.ThrowsAsync<RequestFailedException>(() => log.AppendAsync(device, "id", Ended(1), Now, default));

        broken = false;
        Assert.Equal(1, (await log.AppendAsync(device, "id", Ended(1), Now, default)).Event.Position);
        Assert.Equal(2, (await log.AppendAsync(device, "next", Ended(2), Now, default)).Event.Position);

        Assert.Equal([1L, 2], (await log.ReadAsync(device, 0, 10, default)).Select(entry => entry.Position));
    }

    [Fact]
    public async Task A_node_marked_gone_with_a_lost_answer_is_the_callers_to_clean_up()
    {
        var silent = new NodeRecord("node-" + Guid.NewGuid(), "http://127.0.0.1:1", NodeState.Ready, 0, 1, Now, Now);
        await new NodeStore(azurite.Tables).HeartbeatAsync(silent, default);
        var store = new NodeStore(Client(async (_, number, send) => number == 2 ? await ScriptedHandler.LoseAnswerAsync(send) : await send()));

        Assert.True(await store.TryMarkGoneAsync(silent, default));
    }

    [Fact]
    public async Task A_service_that_was_stopped_works_again_when_it_is_back()
    {
        var folder = AzuriteInstallation.DefaultFolder;
        // Ports that nobody else is given while the service is away.
        var options = new AzuriteOptions(folder, FreePorts.Next(), FreePorts.Next(), FreePorts.Next());
        var first = await AzuriteProcess.StartAsync(options, default);
        var tables = PlatformServices.CreateTables(new StorageOptions { ConnectionString = first.ConnectionString });
        await StorageBootstrap.CreateAllAsync(tables, default);
        await first.DisposeAsync();
        var stopped = await Assert.ThrowsAsync<RequestFailedException>(() => new NodeStore(tables).ListAsync(default));
        Assert.Equal(0, stopped.Status);

        await using var second = await AzuriteProcess.StartAsync(options, default);
        await StorageBootstrap.CreateAllAsync(tables, default);

        Assert.Empty(await new NodeStore(tables).ListAsync(default));
    }

    private const string NodePage =
        """
        {"value":[{"odata.etag":"W/\"1\"","PartitionKey":"node","RowKey":"node-7","Timestamp":"2026-11-21T10:00:00Z","NodeId":"node-7",
        "ControlUrl":"http://10.0.0.1","State":"Ready","Load":1,"Capacity":1.5,"StartedAt@odata.type":"Edm.DateTime","StartedAt":"2026-11-21T10:00:00Z",
        "HeartbeatAt@odata.type":"Edm.DateTime","HeartbeatAt":"2026-11-21T10:00:00.1234567Z"}]}
        """;

    private static RegistrationEndedData Ended(int number) =>
        new(number.ToString(System.Globalization.CultureInfo.InvariantCulture), RegistrationEndReason.NetworkTerminated, null);

    private static HttpResponseMessage Busy() => new(HttpStatusCode.ServiceUnavailable)
    {
        Content = new StringContent("""{"odata.error":{"code":"ServerBusy","message":{"lang":"en-US","value":"The server is busy."}}}"""),
    };

    private static Func<HttpRequestMessage, int, Func<Task<HttpResponseMessage>>, Task<HttpResponseMessage>> LosesFirst(string path)
    {
        var lost = 0;
        return async (request, _, send) => request.RequestUri!.AbsolutePath.EndsWith(path, StringComparison.Ordinal) && Interlocked.Exchange(ref lost, 1) == 0
            ? await ScriptedHandler.LoseAnswerAsync(send)
            : await send();
    }

    private TableServiceClient Client(Func<HttpRequestMessage, int, Func<Task<HttpResponseMessage>>, Task<HttpResponseMessage>> script) =>
        Client(new ScriptedHandler(script));

    private TableServiceClient Client(ScriptedHandler handler) =>
        PlatformServices.CreateTables(new StorageOptions { ConnectionString = azurite.ConnectionString }, new HttpClientTransport(new HttpClient(handler)));
}
