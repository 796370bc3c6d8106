using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Queues.Models;

namespace Azure.Storage.Queues;

/// <summary>One queue: messages of at most 64 KiB, delivered at least once.</summary>
public class QueueClient
{
    private readonly HttpPipeline _pipeline;
    private readonly QueueMessageEncoding _encoding;

    internal QueueClient(Uri uri, string name, HttpPipeline pipeline, QueueMessageEncoding encoding)
    {
        Uri = uri;
        Name = name;
        _pipeline = pipeline;
        _encoding = encoding;
    }

    public virtual Uri Uri { get; }

    public virtual string Name { get; }

    /// <returns>Null where the queue was there before.</returns>
    public virtual async Task<Response?> CreateIfNotExistsAsync(IDictionary<string, string>? metadata = null, CancellationToken cancellationToken = default)
    {
        var message = Message(RequestMethod.Put, "");
        foreach (var (name, value) in metadata ?? new Dictionary<string, string>())
            message.Request.Headers.Add("x-ms-meta-" + name, value);
        var response = await SendAsync(message, cancellationToken, 409).ConfigureAwait(false);
        if (response.Status == 409 && !(response.Headers.TryGetValue("x-ms-error-code", out var code) && code == "QueueAlreadyExists"))
            throw new RequestFailedException(response);
        return response.Status == 201 ? response : null;
    }

    public virtual async Task<Response<bool>> DeleteIfExistsAsync(CancellationToken cancellationToken = default)
    {
        var response = await SendAsync(Message(RequestMethod.Delete, ""), cancellationToken, 404).ConfigureAwait(false);
        return Response.FromValue(response.Status != 404, response);
    }

    public virtual async Task<Response<QueueProperties>> GetPropertiesAsync(CancellationToken cancellationToken = default)
    {
        var response = await SendAsync(Message(RequestMethod.Get, "?comp=metadata"), cancellationToken).ConfigureAwait(false);
        var count = response.Headers.TryGetValue("x-ms-approximate-messages-count", out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : 0;
        return Response.FromValue(new QueueProperties(count), response);
    }

    /// <param name="visibilityTimeout">How long nobody sees it: a delay.</param>
    /// <param name="timeToLive">Seven days by default; -1 s is for ever.</param>
    public virtual async Task<Response<SendReceipt>> SendMessageAsync(
        string messageText, TimeSpan? visibilityTimeout = null, TimeSpan? timeToLive = null, CancellationToken cancellationToken = default)
    {
        List<string> query = [];
        if (visibilityTimeout is { } delay)
            query.Add("visibilitytimeout=" + Seconds(delay));
        if (timeToLive is { } life)
            query.Add("messagettl=" + Seconds(life));
        var message = Message(RequestMethod.Post, "/messages" + (query.Count == 0 ? "" : "?" + string.Join('&', query)));
        SetText(message.Request, messageText);
        var response = await SendAsync(message, cancellationToken).ConfigureAwait(false);
        var sent = Messages(response).First();
        return Response.FromValue(new SendReceipt(Text(sent, "MessageId"), Text(sent, "PopReceipt")), response);
    }

    /// <param name="maxMessages">1 to 32; one by default.</param>
    /// <param name="visibilityTimeout">How long the others do not see them; 30 s by default.</param>
    public virtual async Task<Response<QueueMessage[]>> ReceiveMessagesAsync(
        int? maxMessages = null, TimeSpan? visibilityTimeout = null, CancellationToken cancellationToken = default)
    {
        var query = $"?numofmessages={maxMessages ?? 1}" + (visibilityTimeout is { } hidden ? "&visibilitytimeout=" + Seconds(hidden) : "");
        var response = await SendAsync(Message(RequestMethod.Get, "/messages" + query), cancellationToken).ConfigureAwait(false);
        return Response.FromValue(Messages(response).Select(Received).ToArray(), response);
    }

    public virtual Task<Response> DeleteMessageAsync(string messageId, string popReceipt, CancellationToken cancellationToken = default) =>
        SendAsync(Message(RequestMethod.Delete, $"/messages/{Uri.EscapeDataString(messageId)}?popreceipt={Uri.EscapeDataString(popReceipt)}"), cancellationToken);

    /// <summary>Hides a received message for longer (or shows it again at once), and replaces its text where one is given.</summary>
    public virtual async Task<Response<UpdateReceipt>> UpdateMessageAsync(
        string messageId, string popReceipt, string? messageText = null, TimeSpan visibilityTimeout = default, CancellationToken cancellationToken = default)
    {
        var message = Message(
            RequestMethod.Put,
            $"/messages/{Uri.EscapeDataString(messageId)}?popreceipt={Uri.EscapeDataString(popReceipt)}&visibilitytimeout={Seconds(visibilityTimeout)}");
        if (messageText is not null)
            SetText(message.Request, messageText);
        var response = await SendAsync(message, cancellationToken).ConfigureAwait(false);
        var next = response.Headers.TryGetValue("x-ms-time-next-visible", out var time) ? DateTimeOffset.Parse(time, CultureInfo.InvariantCulture) : default;
        return Response.FromValue(
            new UpdateReceipt(response.Headers.TryGetValue("x-ms-popreceipt", out var receipt) ? receipt : throw new RequestFailedException(response), next),
            response);
    }

    private HttpMessage Message(RequestMethod method, string path)
    {
        var message = _pipeline.CreateMessage();
        message.Request.Method = method;
        message.Request.Uri.Reset(new Uri(Uri.AbsoluteUri + path));
        message.Request.Headers.Add("x-ms-version", QueueClientOptions.Version);
        message.Request.Headers.Add("Accept", "application/xml");
        return message;
    }

    private async Task<Response> SendAsync(HttpMessage message, CancellationToken cancel, params int[] expected)
    {
        // The answer is buffered and outlives the message: disposing of the message would take its content away.
        using var request = message.Request;
        await _pipeline.SendAsync(message, cancel).ConfigureAwait(false);
        var response = message.Response;
        return response.Status is >= 200 and < 300 || expected.Contains(response.Status) ? response : throw new RequestFailedException(response);
    }

    private void SetText(Request request, string text)
    {
        var encoded = _encoding == QueueMessageEncoding.Base64 ? Convert.ToBase64String(Encoding.UTF8.GetBytes(text)) : text;
        var body = new XElement("QueueMessage", new XElement("MessageText", encoded));
        request.Content = RequestContent.Create(Encoding.UTF8.GetBytes(body.ToString(SaveOptions.DisableFormatting)));
        request.Headers.Add("Content-Type", "application/xml");
    }

    private QueueMessage Received(XElement message)
    {
        var text = Text(message, "MessageText");
        var body = _encoding == QueueMessageEncoding.Base64 ? BinaryData.FromBytes(Convert.FromBase64String(text)) : BinaryData.FromString(text);
        return new QueueMessage(
            Text(message, "MessageId"),
            Text(message, "PopReceipt"),
            body,
            long.Parse(Text(message, "DequeueCount"), CultureInfo.InvariantCulture),
            Time(message, "TimeNextVisible"),
            Time(message, "InsertionTime"),
            Time(message, "ExpirationTime"));
    }

    private static IEnumerable<XElement> Messages(Response response)
    {
        using var content = response.Content.ToStream();
        return [.. XDocument.Load(content).Descendants("QueueMessage")];
    }

    private static string Text(XElement message, string name) => (string?)message.Element(name) ?? "";

    private static DateTimeOffset Time(XElement message, string name) => DateTimeOffset.Parse(Text(message, name), CultureInfo.InvariantCulture);

    private static string Seconds(TimeSpan time) => ((long)time.TotalSeconds).ToString(CultureInfo.InvariantCulture);
}
