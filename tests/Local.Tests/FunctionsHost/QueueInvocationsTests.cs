using System.Text.Json.Nodes;
using Azure.Storage.Queues;
using Byon.Local.Azurite;
using Byon.Local.FunctionsHost;
using Byon.Tests.TestKit;

namespace Byon.Tests.Local.Tests.FunctionsHost;

public sealed class QueueInvocationsTests : IAsyncLifetime, IDisposable
{
    private const string HostJson = """
        { "version": "2.0", "extensions": { "http": { "routePrefix": "" }, "queues": {
            "messageEncoding": "none", "maxDequeueCount": 3, "visibilityTimeout": "00:00:00", "batchSize": 4, "newBatchThreshold": 1, "maxPollingInterval": "00:00:00.100" } },
          "customHandler": { "description": { "defaultExecutablePath": "node", "arguments": [ "handler.js" ] }, "enableProxyingHttpRequest": true } }
        """;

    private const string FunctionJson = """
        { "bindings": [ { "type": "queueTrigger", "direction": "in", "name": "job", "queueName": "jobs", "connection": "Storage" } ] }
        """;

    private readonly TestPackage _package = new();
    private AzuriteProcess _azurite = null!;
    private MiniFunctionsHost _host = null!;
    private QueueClient _queue = null!;
    private QueueClient _poison = null!;

    public async Task InitializeAsync()
    {
        await AzuriteProcess.EnsureInstalledAsync(AzuriteInstallation.DefaultFolder, default);
        _azurite = await AzuriteProcess.StartAsync(new AzuriteOptions(AzuriteInstallation.DefaultFolder), default);
        var service = new QueueServiceClient(_azurite.ConnectionString);
        (_queue, _poison) = (service.GetQueueClient("jobs"), service.GetQueueClient("jobs-poison"));
        await _queue.CreateIfNotExistsAsync();
        _package.Write("host.json", HostJson);
        _package.Write("work/function.json", FunctionJson);
        _host = await _package.StartAsync(("Storage__ConnectionString", _azurite.ConnectionString));
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        await _azurite.DisposeAsync();
    }

    public void Dispose() => _package.Dispose();

    [Fact]
    public async Task AMessageArrivesInTheEnvelopeOfTheHostAndIsDeleted()
    {
        const string text = """{"id":7,"word":"ü \"quoted\""}""";
        var sent = await _queue.SendMessageAsync(text);
        var envelope = JsonNode.Parse((await WaitFor.NotNullAsync(() => Seen().FirstOrDefault())))!;

        // A text is written as JSON before it becomes a string of the envelope.
        Assert.Equal(text, (string?)JsonNode.Parse((string)envelope["Data"]!["job"]!));
        var metadata = envelope["Metadata"]!;
        Assert.Equal(sent.Value.MessageId, (string?)JsonNode.Parse((string)metadata["Id"]!));
        Assert.Equal(("1", "7", "work"), ((string?)metadata["DequeueCount"], (string?)metadata["id"], (string?)metadata["sys"]!["MethodName"]));
        Assert.NotNull(metadata["InsertionTime"]);
        await WaitFor.TrueAsync(async () => await CountAsync(_queue) == 0);
    }

    [Fact]
    public async Task WhatFailsTooOftenIsKeptInThePoisonQueue()
    {
        await _queue.SendMessageAsync("indigestible");
        await WaitFor.TrueAsync(async () => await CountAsync(_queue) == 0);
        Assert.Equal("indigestible", Assert.Single((await _poison.ReceiveMessagesAsync()).Value).MessageText);
        await WaitFor.TrueAsync(() => Seen().Count() >= 3);
        Assert.Equal(["1", "2", "3"], Seen().Select(line => (string?)JsonNode.Parse(line)!["Metadata"]!["DequeueCount"]));
    }

    [Fact]
    public async Task MoreThanABatchIsServed()
    {
        for (var i = 0; i < 20; i++)
            await _queue.SendMessageAsync($"job {i}");
        await WaitFor.TrueAsync(async () => await CountAsync(_queue) == 0);
        await WaitFor.TrueAsync(() => Seen().Select(line => (string?)JsonNode.Parse(line)!["Data"]!["job"]).Distinct().Count() == 20);
    }

    [Fact]
    public async Task AMessageThatTheExecutableDiedOnIsServedByTheNextOne()
    {
        var former = _host.HandlerProcessId;
        using (var process = System.Diagnostics.Process.GetProcessById(former))
            process.Kill();
        // The host has noticed: the tries that a message has are not used up against a port where nobody listens.
        await WaitFor.TrueAsync(() => _host.HandlerProcessId != former);
        await _queue.SendMessageAsync("after the crash");
        await WaitFor.TrueAsync(async () => await CountAsync(_queue) == 0);
        Assert.NotEqual(former, _host.HandlerProcessId);
        await WaitFor.TrueAsync(() => Seen().Any(line => line.Contains("after the crash", StringComparison.Ordinal)));
    }

    /// <summary>What the executable wrote; it arrives in its own time, the answer to a message may overtake it.</summary>
    private IEnumerable<string> Seen() =>
        _package.Log.Select(entry => entry.Line).Where(line => line.StartsWith("work ", StringComparison.Ordinal)).Select(line => line["work ".Length..]);

    private static async Task<int> CountAsync(QueueClient queue) => (await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount;
}
