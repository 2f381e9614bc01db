using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Ciliate.Fuzz.Targets.Api;

/// <summary>One request and what came back.</summary>
internal sealed class Exchange : IDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private readonly AnswerBody _body;
    private readonly HttpResponseFeature _answer;

    public Exchange(HttpText request)
    {
        // Who follows flows reads what there is and goes: the first flush is the last it waits for.
        bool follows = request.Target.Contains("follow", StringComparison.Ordinal);
        _body = new AnswerBody(follows ? _gone.Cancel : null);
        _answer = new Answer(_body);
        string[] target = request.Target.Split('?', 2);
        Features.Set<IHttpRequestFeature>(new HttpRequestFeature
        {
            Method = request.Method,
            Protocol = "HTTP/1.1",
            Scheme = "http",
            RawTarget = request.Target,
            Path = PathString.FromUriComponent(target[0]).Value!,
            QueryString = target.Length > 1 ? $"?{target[1]}" : "",
            Body = new MemoryStream(request.Body.ToArray()),
        });
        Features.Set<IHttpResponseFeature>(_answer);
        Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(_body));
        Features.Set<IHttpRequestLifetimeFeature>(new HttpRequestLifetimeFeature { RequestAborted = _gone.Token });
    }

    public FeatureCollection Features { get; } = new();

    public int Status => _answer.StatusCode;

    public string ContentType => _answer.Headers.ContentType.ToString();

    public string Text => Encoding.UTF8.GetString(_body.ToArray());

    public void Dispose()
    {
        _gone.Dispose();
        _body.Dispose();
    }

    private sealed class Answer(MemoryStream body) : HttpResponseFeature
    {
        public override bool HasStarted => body.Length > 0;
    }

    private sealed class AnswerBody(Action? flushed) : MemoryStream
    {
        public override Task FlushAsync(CancellationToken cancellationToken)
        {
            flushed?.Invoke();
            return Task.CompletedTask;
        }
    }
}
