using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Byon.Platform;

/// <summary>
/// One exception for a service that cannot be used: when every try ended without an answer, Azure.Core throws an
/// AggregateException of whatever the tries threw, and callers would have to know them all.
/// </summary>
internal sealed class UnreachableServicePolicy : HttpPipelinePolicy
{
    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        try
        {
            ProcessNext(message, pipeline);
        }
        catch (Exception failure) when (IsNoAnswer(failure, message.CancellationToken))
        {
            throw Unreachable(failure);
        }
    }

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        try
        {
            await ProcessNextAsync(message, pipeline);
        }
        catch (Exception failure) when (IsNoAnswer(failure, message.CancellationToken))
        {
            throw Unreachable(failure);
        }
    }

    // A cancellation that the caller did not ask for is a try's own time limit.
    private static bool IsNoAnswer(Exception failure, CancellationToken callers) =>
        !callers.IsCancellationRequested && failure is (AggregateException or OperationCanceledException);

    private static RequestFailedException Unreachable(Exception failure) =>
        new(0, "The service did not answer.", "ServiceUnreachable", failure);
}
