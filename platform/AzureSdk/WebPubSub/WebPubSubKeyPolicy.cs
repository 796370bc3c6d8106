using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.Messaging.WebPubSub;

/// <summary>Signs each try with the access key; the token's audience is the request's own address.</summary>
internal sealed class WebPubSubKeyPolicy(AzureKeyCredential key) : HttpPipelineSynchronousPolicy
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    public override void OnSendingRequest(HttpMessage message)
    {
        var token = WebPubSubToken.Create(key, message.Request.Uri.ToUri().AbsoluteUri, DateTimeOffset.UtcNow, Lifetime);
        message.Request.Headers.SetValue("Authorization", "Bearer " + token);
    }
}
