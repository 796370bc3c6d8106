namespace Azure.Storage.Queues;

public enum QueueMessageEncoding
{
    /// <summary>As it is: text that XML can hold.</summary>
    None,

    /// <summary>UTF-8 in base64: any text and any bytes.</summary>
    Base64,
}
