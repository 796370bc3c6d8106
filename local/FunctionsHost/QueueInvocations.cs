using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;

namespace Byon.Local.FunctionsHost;

/// <summary>
/// Serves a queue as the host's listener does: gets messages in batches, calls the function for each, deletes what succeeded,
/// shows what failed again after the visibility timeout, and moves what failed too often to the poison queue.
/// </summary>
internal sealed class QueueInvocations(
    QueueFunction function, QueueServiceClient service, QueueSettings settings, EnvelopeInvoker invoker, Action<LogLevel, string> log)
{
    /// <summary>How long a message is hidden while its function runs; the listener would renew it.</summary>
    private static readonly TimeSpan Hidden = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);

    private readonly QueueClient _queue = service.GetQueueClient(function.Queue);
    private readonly QueueClient _poison = service.GetQueueClient(function.Queue + "-poison");
    private readonly HashSet<Task> _running = [];
    private bool _isAway;

    /// <summary>Until cancelled; what is running then is waited for.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var pause = ShortestPause;
        while (!cancel.IsCancellationRequested)
        {
            var messages = await ReceiveAsync(cancel);
            foreach (var message in messages)
            {
                _running.Add(ServeAsync(message, cancel));
            }

            pause = messages.Length > 0 ? ShortestPause : Longer(pause);
            await (messages.Length > 0 ? RoomAsync(cancel) : Task.Delay(pause, cancel)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _running.RemoveWhere(task => task.IsCompleted);
        }

        await Task.WhenAll(_running);
    }

    private TimeSpan Longer(TimeSpan pause)
    {
        var longest = settings.MaximumPollingInterval > ShortestPause ? settings.MaximumPollingInterval : ShortestPause;
        return pause * 2 < longest ? pause * 2 : longest;
    }

    /// <summary>Until so few run that another batch is got.</summary>
    private async Task RoomAsync(CancellationToken cancel)
    {
        while (_running.Count(task => !task.IsCompleted) > settings.NewBatchThreshold)
        {
            await Task.WhenAny(_running.Where(task => !task.IsCompleted)).WaitAsync(cancel);
        }
    }

    private async Task<QueueMessage[]> ReceiveAsync(CancellationToken cancel)
    {
        try
        {
            var messages = (await _queue.ReceiveMessagesAsync(settings.BatchSize, Hidden, cancel)).Value;
            _isAway = false;
            return messages;
        }
        catch (Exception failed) when (IsAway(failed))
        {
            if (!_isAway && !cancel.IsCancellationRequested)
            {
                log(LogLevel.Error, $"The queue {function.Queue} cannot be read: {failed.Message.Split('\n')[0]}");
            }

            _isAway = true;
            return [];
        }
    }

    private async Task ServeAsync(QueueMessage message, CancellationToken cancel)
    {
        try
        {
            var succeeded = await invoker.InvokeAsync(function.Name, DataOf(message), MetadataOf(message), cancel);
            if (succeeded)
            {
                await _queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, cancel);
            }
            else if (message.DequeueCount >= settings.MaximumDequeueCount)
            {
                log(LogLevel.Error, $"A message of the queue {function.Queue} failed {message.DequeueCount} times: moved to {_poison.Name}.");
                await _poison.CreateIfNotExistsAsync(cancellationToken: cancel);
                await _poison.SendMessageAsync(message.MessageText, cancellationToken: cancel);
                await _queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, cancel);
            }
            else
            {
                await _queue.UpdateMessageAsync(message.MessageId, message.PopReceipt, null, settings.VisibilityTimeout, cancel);
            }
        }
        catch (Exception failed) when (IsAway(failed))
        {
            // The message stays as it is and comes back when its time is over.
        }
    }

    private static bool IsAway(Exception fault) => fault is RequestFailedException or AggregateException or OperationCanceledException;

    /// <summary>A value that is no object is written as JSON before it becomes a string: a text is encoded twice.</summary>
    private JsonObject DataOf(QueueMessage message) => new() { [function.Binding] = Encoded(message.MessageText) };

    private static JsonObject MetadataOf(QueueMessage message)
    {
        var metadata = new JsonObject
        {
            ["DequeueCount"] = message.DequeueCount.ToString(CultureInfo.InvariantCulture),
            ["Id"] = Encoded(message.MessageId),
            ["PopReceipt"] = Encoded(message.PopReceipt),
            ["InsertionTime"] = EnvelopeInvoker.Text(message.InsertedOn),
            ["NextVisibleTime"] = EnvelopeInvoker.Text(message.NextVisibleOn),
            ["ExpirationTime"] = EnvelopeInvoker.Text(message.ExpiresOn),
        };
        foreach (var (name, value) in MembersOf(message.MessageText))
        {
            metadata.TryAdd(name, value?.ToString());
        }

        return metadata;
    }

    /// <summary>The members of a message that is a JSON object can be bound to as well.</summary>
    private static IEnumerable<KeyValuePair<string, JsonNode?>> MembersOf(string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject ?? [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static string Encoded(string text) => JsonSerializer.Serialize(text, HostJson.Default.String);
}
