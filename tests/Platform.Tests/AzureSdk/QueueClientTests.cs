using Azure;
using Azure.Storage.Queues;

namespace Byon.Tests.Platform.Tests.AzureSdk;

[Collection(AzuriteCollection.Name)]
public class QueueClientTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private readonly string _name = "q" + Guid.NewGuid().ToString("N");

    private QueueClient _queue = null!;

    public Task InitializeAsync()
    {
        _queue = new QueueServiceClient(azurite.ConnectionString).GetQueueClient(_name);
        return _queue.CreateIfNotExistsAsync();
    }

    public Task DisposeAsync() => _queue.DeleteIfExistsAsync();

    [Theory]
    [InlineData(QueueMessageEncoding.None)]
    [InlineData(QueueMessageEncoding.Base64)]
    public async Task A_message_is_received_as_it_was_sent_hidden_from_others_and_deleted(QueueMessageEncoding encoding)
    {
        var queue = new QueueServiceClient(azurite.ConnectionString, new QueueClientOptions { MessageEncoding = encoding }).GetQueueClient(_name);
        const string Text = """{"text":"<a> & 'ünïcode' 📱"}""";
        var sent = (await queue.SendMessageAsync(Text)).Value;

        var received = Assert.Single((await queue.ReceiveMessagesAsync(32)).Value);
        Assert.Equal((Text, sent.MessageId, 1L), (received.MessageText, received.MessageId, received.DequeueCount));
        Assert.Empty((await queue.ReceiveMessagesAsync(32)).Value);

        await queue.DeleteMessageAsync(received.MessageId, received.PopReceipt);
        Assert.Equal(0, (await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount);
    }

    [Fact]
    public async Task A_message_shown_again_is_received_again_with_its_new_text()
    {
        await _queue.SendMessageAsync("first");
        var received = (await _queue.ReceiveMessagesAsync()).Value[0];

        var receipt = (await _queue.UpdateMessageAsync(received.MessageId, received.PopReceipt, "second", TimeSpan.Zero)).Value;

        var again = Assert.Single((await _queue.ReceiveMessagesAsync()).Value);
        Assert.Equal(("second", 2L), (again.MessageText, again.DequeueCount));
        Assert.NotEqual(received.PopReceipt, receipt.PopReceipt);
        var stale = await Assert.ThrowsAsync<RequestFailedException>(() => _queue.DeleteMessageAsync(received.MessageId, received.PopReceipt));
        Assert.InRange(stale.Status, 400, 404);
    }

    [Fact]
    public async Task A_delayed_message_is_counted_and_not_received()
    {
        await _queue.SendMessageAsync("later", visibilityTimeout: TimeSpan.FromHours(1), timeToLive: TimeSpan.FromSeconds(-1));

        Assert.Empty((await _queue.ReceiveMessagesAsync()).Value);
        Assert.Equal(1, (await _queue.GetPropertiesAsync()).Value.ApproximateMessagesCount);
    }

    [Fact]
    public async Task Creating_and_deleting_may_be_repeated_and_a_missing_queue_says_so()
    {
        Assert.Null(await _queue.CreateIfNotExistsAsync());
        Assert.True((await _queue.DeleteIfExistsAsync()).Value);
        Assert.False((await _queue.DeleteIfExistsAsync()).Value);

        var missing = await Assert.ThrowsAsync<RequestFailedException>(() => _queue.SendMessageAsync("x"));

        Assert.Equal((404, "QueueNotFound"), (missing.Status, missing.ErrorCode));
    }
}
