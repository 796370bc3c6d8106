namespace Azure.Storage.Queues.Models;

/// <summary>A message that was received: hidden from others until <see cref="NextVisibleOn"/>, deleted with its pop receipt.</summary>
public class QueueMessage
{
    internal QueueMessage(
        string messageId, string popReceipt, BinaryData body, long dequeueCount, DateTimeOffset? nextVisibleOn, DateTimeOffset? insertedOn,
        DateTimeOffset? expiresOn)
    {
        MessageId = messageId;
        PopReceipt = popReceipt;
        Body = body;
        DequeueCount = dequeueCount;
        NextVisibleOn = nextVisibleOn;
        InsertedOn = insertedOn;
        ExpiresOn = expiresOn;
    }

    public string MessageId { get; }

    public string PopReceipt { get; }

    public BinaryData Body { get; }

    public string MessageText => Body.ToString();

    public long DequeueCount { get; }

    public DateTimeOffset? NextVisibleOn { get; }

    public DateTimeOffset? InsertedOn { get; }

    public DateTimeOffset? ExpiresOn { get; }
}

/// <summary>What a sender may use to change or delete its message.</summary>
public class SendReceipt
{
    internal SendReceipt(string messageId, string popReceipt)
    {
        MessageId = messageId;
        PopReceipt = popReceipt;
    }

    public string MessageId { get; }

    public string PopReceipt { get; }
}

/// <summary>The new pop receipt of a message that was changed; the one before is void.</summary>
public class UpdateReceipt
{
    internal UpdateReceipt(string popReceipt, DateTimeOffset nextVisibleOn)
    {
        PopReceipt = popReceipt;
        NextVisibleOn = nextVisibleOn;
    }

    public string PopReceipt { get; }

    public DateTimeOffset NextVisibleOn { get; }
}

public class QueueProperties
{
    internal QueueProperties(int approximateMessagesCount) => ApproximateMessagesCount = approximateMessagesCount;

    public int ApproximateMessagesCount { get; }
}
