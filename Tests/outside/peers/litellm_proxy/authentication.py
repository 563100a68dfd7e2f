"""Who may ask the proxy: LiteLLM's own check needs a database to tell a wrong key from a right one."""

from fastapi import HTTPException, Request
from litellm.proxy._types import UserAPIKeyAuth

KEY = "sk-master-of-the-tests"


async def check(request: Request, api_key: str) -> UserAPIKeyAuth:
    if api_key != KEY:
        raise HTTPException(status_code=401, detail="Authentication Error, Invalid proxy server token passed.")
    return UserAPIKeyAuth(api_key=api_key)
